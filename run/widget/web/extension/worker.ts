/** The extension's service worker: all network, all tokens, and content scripts where the agent allowed them. */
import { createApi } from "../src/api/api";
import { serveApi } from "../src/api/remote";
import type { Configuration } from "./configuration";
import type { Welcome } from "./channel";
import { configuration, learn, managedAddress } from "./keeping";
import { tokenFor } from "./sign_in";
import { grantedPatterns, patternOf, siteOf } from "./sites";

const SCRIPT = "earpiece";

/** Content scripts run on the configured sites that are granted, and are gone from all others. */
async function placeScripts(): Promise<void> {
  const known = await configuration();
  const { origins = [] } = await chrome.permissions.getAll();
  const matches = known ? grantedPatterns(known, origins) : [];
  const [registered] = await chrome.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (!matches.length) return registered && chrome.scripting.unregisterContentScripts({ ids: [SCRIPT] });
  const script = { id: SCRIPT, matches, js: ["content.js"], runAt: "document_idle" } as const;
  if (registered) await chrome.scripting.updateContentScripts([{ ...script, js: [...script.js] }]);
  else await chrome.scripting.registerContentScripts([{ ...script, js: [...script.js] }]);
}

/** One port a page: whose page it is, then its calls. Anything that is not an allowed page of ours is shut out. */
async function welcome(port: chrome.runtime.Port): Promise<void> {
  const isOurs = port.name === "earpiece" && port.sender?.id === chrome.runtime.id && port.sender.frameId === 0;
  const known = isOurs ? await configuration() : null;
  const address = port.sender?.url ?? "";
  const site = known && siteOf(known, address);
  if (!known || !site || !(await chrome.permissions.contains({ origins: [patternOf(site.origin)] }))) return port.disconnect();
  serve(port, known);
  port.postMessage({ kind: "welcome", account: known.account, site } satisfies Welcome);
}

function serve(port: chrome.runtime.Port, known: Configuration): void {
  let isKnownSignedOut = false;
  const api = createApi({
    ...known,
    async getToken(why) {
      // The session asks nothing more once it is signed out: who asks again is an agent who pressed the button.
      const token = await tokenFor(known, isKnownSignedOut, why);
      isKnownSignedOut = token === null;
      return token;
    },
  });
  const stop = serveApi(api, {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.onMessage.addListener(listener);
      return () => port.onMessage.removeListener(listener);
    },
  });
  pages.add(port);
  port.onDisconnect.addListener(() => {
    pages.delete(port);
    stop();
    api.dispose();
  });
}

// Of this worker's life: a permission that is taken back ends what runs there.
const pages = new Set<chrome.runtime.Port>();

async function dropForbidden(): Promise<void> {
  for (const port of pages) {
    const isAllowed = await chrome.permissions.contains({ origins: [patternOf(new URL(port.sender?.url ?? "").origin)] });
    if (isAllowed) continue;
    port.postMessage({ kind: "leave" });
    port.disconnect();
  }
}

async function setUp(): Promise<void> {
  const address = await managedAddress();
  if (address) await learn(address).catch(() => undefined); // the one that is kept still holds
  await placeScripts();
}

chrome.runtime.onMessage.addListener((question: { readonly kind?: string }, sender, answer) => {
  if (question.kind !== "sign-in" || sender.tab) return; // of our own pages only
  void configuration().then(async (known) => answer(Boolean(known && (await tokenFor(known, true, "first")))));
  return true;
});
chrome.runtime.onConnect.addListener((port) => void welcome(port));
chrome.runtime.onInstalled.addListener(() => void setUp());
chrome.runtime.onStartup.addListener(() => void setUp());
chrome.permissions.onAdded.addListener(() => void placeScripts());
chrome.permissions.onRemoved.addListener(() => void placeScripts().then(dropForbidden));
chrome.storage.local.onChanged.addListener((changes) => void ("configuration" in changes && placeScripts()));
