/** In the page: finds the field and the conversation, and draws the panel in a closed shadow root. No token ever comes here. */
import "./own_world"; // first
import { remoteApi } from "../src/api/remote";
import { assemble } from "../src/assemble";
import type { Assembly } from "../src/assemble";
import type { Disconnect, HostCapabilities } from "../src/contract";
import { browserEnvironment } from "../src/session/environment";
import { storeOver } from "./agent_storage";
import { openLine } from "./channel";
import type { Line, Welcome } from "./channel";
import type { Site } from "./configuration";
import { conversationIn } from "./conversation_rule";
import { watchField } from "./field_watch";
import { mountPanel } from "./mount";
import type { Mount } from "./mount";

const LOOK_MS = 300;
const LOOK_BEFORE = ["keydown", "focusin"] as const;
const KEPT = "agent";
const HOST: HostCapabilities = { insert: true, ghost: true, copy: true };

function follow(assembly: Assembly, mount: Mount, site: Site): Disconnect {
  let known = "";
  let unfollow: Disconnect = () => undefined;
  const look = (): void => {
    const ref = conversationIn(document, location.href, site);
    if (JSON.stringify(ref) === known) return;
    known = JSON.stringify(ref);
    assembly.session.setConversation(ref);
  };
  const unwatch = watchField(document, site.fields, mount.element, (field) => {
    unfollow();
    unfollow = field ? assembly.attach(field).disconnect : () => undefined;
    mount.keepClearOf(field);
  });
  // An isolated world is not told of the page's own history calls, and what an element says changes in any way; before
  // a key is taken it has to be known, or it would take what was offered for the conversation before.
  const timer = setInterval(look, LOOK_MS);
  for (const kind of LOOK_BEFORE) document.addEventListener(kind, look, true);
  look();
  return () => {
    clearInterval(timer);
    for (const kind of LOOK_BEFORE) document.removeEventListener(kind, look, true);
    unwatch();
    unfollow();
  };
}

async function start(line: Line, { account, site }: Welcome): Promise<void> {
  const { [KEPT]: kept = {} } = await chrome.storage.local.get(KEPT);
  const stored = { ...(kept as Record<string, unknown>) };
  const keep = (name: string, value: unknown): void => {
    stored[name] = value;
    chrome.storage.local.set({ [KEPT]: stored }).catch(() => undefined); // an orphan has none
  };
  const mount = mountPanel(document);
  const environment = { ...browserEnvironment(), storage: storeOver(stored, keep), tabStorage: storeOver({}, () => undefined) };
  const assembly = assemble({ account, api: remoteApi(line), root: mount.root, host: HOST, environment });
  const stop = follow(assembly, mount, site);
  const left = new AbortController();
  line.onLost((why) => {
    if (why === "orphaned") return assembly.session.actions.retry(); // its call finds nobody, and the panel says so
    left.abort();
  });
  left.signal.addEventListener("abort", () => {
    stop();
    assembly.dispose();
    mount.remove();
    line.close();
  });
}

const line = openLine(
  () => chrome.runtime.connect({ name: "earpiece" }),
  () => !chrome.runtime?.id,
);
void line.welcome.then((welcome) => (welcome ? start(line, welcome) : line.close()));
