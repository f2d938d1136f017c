/** The frame page: a platform's host around it, or a page of one's own, and in it the panel. */
import { createApi } from "./api/api";
import { assemble } from "./assemble";
import type { Host, Session } from "./contract";
import { pageAround } from "./embedding/page_around";
import type { PageAround } from "./embedding/page_around";
import { copyText, hostFor, NotThisHost } from "./hosts/index";
import { mayCopy } from "./hosts/clipboard";
import { settingsIn } from "./hosts/frame_settings";

const LOOKS = "html,body,main{block-size:100%;margin:0}body{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}p{padding:1em}";

async function run(): Promise<void> {
  const looks = new CSSStyleSheet();
  looks.replaceSync(LOOKS);
  document.adoptedStyleSheets = [looks];
  const settings = settingsIn(document);
  const { account, platform, conversationApi, suggestionApi = conversationApi, frameAncestors } = settings;
  const query = new URLSearchParams(location.search);
  const around = platform ? null : await pageAround({ page: window, query, frameAncestors, canCopy: await mayCopy(window) });
  const host: Host = around?.host ?? (await hostFor(platform ?? "", query, settings));
  const assembly = assemble({
    account,
    host,
    api: createApi({ account, getToken: host.getToken, conversationApi, suggestionApi }),
    root: document.body.appendChild(document.createElement("main")).attachShadow({ mode: window.earpiece?.config?.shadow ?? "closed" }),
    copy: (text) => copyText(window, text),
    settings: around?.settings ?? {},
    onFeedback: (event) => around?.tell({ kind: "feedback", event }),
  });
  if (around) follow(around, assembly.session);
  await assembly.start();
}

/** Let the page steer the session, and tell it how that goes. */
function follow(around: PageAround, session: Session): void {
  let told = "";
  around.serve(session);
  session.subscribe(({ status, features }) => {
    const state = { status, features: [...features] };
    if (told !== (told = JSON.stringify(state))) around.tell({ kind: "state", ...state });
  });
}

/** What an administrator has to put right; agents see it only where that was not done. */
function refuse(error: unknown): void {
  const told = document.body.appendChild(document.createElement("p"));
  told.setAttribute("role", "alert");
  told.textContent = error instanceof NotThisHost ? `Earpiece: ${error.message}.` : "Earpiece could not start.";
}

run().catch(refuse);
