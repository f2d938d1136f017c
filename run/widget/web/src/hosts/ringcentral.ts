/**
 * RingCX Digital: our frame is opened by a small script of ours in its App SDK (`run/widget/ringcx/shim.js`), a sandbox
 * without clock or DOM. It speaks only when asked, so this side asks three times a second which thread is chosen.
 *
 *     ▶ smcc:earpiece-context {}                          ◀ smcc:earpiece-context {thread}
 *     ▶ smcc:earpiece-insert {request, thread, text}      ◀ smcc:earpiece-inserted {request, isInserted}
 */
import type { Host } from "../contract";
import { NotThisHost, signInOf } from "./host_page";
import type { HostPage } from "./host_page";
import { isRecord, onParentMessage, parentOrigin } from "./origins";
import { waiting } from "./waiting";

const ASK_MS = 300; // for so long the panel may still show the thread that was left; the shim inserts nothing into another
const ANSWERS_WITHIN_MS = 10_000;
const INSERTS_WITHIN_MS = 1_500;
const ID = /^[0-9a-f]{8,64}$/i;

export function ringcentral(given: HostPage): Host {
  const { page, settings, query, canCopy } = given;
  const origin = parentOrigin(page, settings.frameAncestors, query.get("hostOrigin"));
  if (!origin) throw new NotThisHost("the page around us is not among the account's frame ancestors");
  const inserting = waiting(false);
  let thread: string | null = null;
  const post = (name: string, data: object): void => page.parent.postMessage({ name: `smcc:earpiece-${name}`, data }, origin);

  return {
    name: "ringcentral",
    capabilities: { insert: true, ghost: false, copy: canCopy },
    getToken: signInOf(given, "ringcentral", true),
    async start(listener) {
      const first = waiting(false);
      let isAnswered = false;
      const choose = (chosen: unknown): void => {
        const next = typeof chosen === "string" && ID.test(chosen) ? chosen : null;
        if (isAnswered && next === thread) return;
        isAnswered = true;
        thread = next;
        listener.conversation(next ? { platform: "ringcentral", platformId: next } : null);
        first.settle(1, true);
      };
      const stopHearing = onParentMessage(page, origin, ({ name, data }) => {
        if (!isRecord(data)) return;
        if (name === "smcc:earpiece-context") choose(data["thread"]);
        if (name === "smcc:earpiece-inserted") inserting.settle(data["request"], data["isInserted"] === true);
      });
      const ask = (): void => void (page.document.hidden || post("context", {}));
      const timer = page.setInterval(ask, ASK_MS);
      page.document.addEventListener("visibilitychange", ask);
      const disconnect = (): void => {
        page.clearInterval(timer);
        page.document.removeEventListener("visibilitychange", ask);
        stopHearing();
        inserting.end();
        thread = null;
      };
      if (await first.ask(ask, ANSWERS_WITHIN_MS)) return disconnect;
      disconnect();
      throw new NotThisHost("RingCX did not answer: is the app installed, and its FRAME the address of this page?");
    },
    insert(text) {
      const chosen = thread;
      if (!chosen) return Promise.resolve(false);
      return inserting.ask((request) => post("insert", { request, thread: chosen, text }), INSERTS_WITHIN_MS);
    },
  };
}
