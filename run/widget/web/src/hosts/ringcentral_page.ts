/**
 * RingCentral's own frames inside a page of the account, with the widget beside them: RingCX Digital's embedded UI tells
 * which thread is chosen and takes no text; RingCentral Embeddable does both. Origins are exact, both ways.
 */
import type { ConversationRef, Disconnect, Host } from "../contract";
import { isRecord, textOf } from "./origins";

export interface Embedded {
  readonly page: Window;
  readonly frame: HTMLIFrameElement;
  /** Of the frame: `https://<domain>.digital.ringcentral.com`, `https://apps.ringcentral.com`. */
  readonly origin: string;
  readonly canCopy: boolean;
  readonly getToken: Host["getToken"];
}

const SERVICE = { name: "Earpiece", buttonEventPath: "/earpiece/button", buttons: [{ id: "earpiece", type: "smsToolbar", label: "Earpiece" }] };
const MOST_TASKS = 200;

/** RingCX Digital's embedded UI (`?view=no-header`): reads, and copies. */
export function ringcxDigital(embedded: Embedded): Host {
  return {
    name: "ringcx-digital",
    capabilities: { insert: false, ghost: false, copy: embedded.canCopy },
    getToken: embedded.getToken,
    insert: () => Promise.resolve(false),
    start(listener) {
      const threads = new Map<string, string>(); // by task: a chosen task does not say its thread
      let task: string | null = null;
      const choose = (thread: string | null): void => listener.conversation(refOf(thread));
      const stop = onFrameMessage(embedded, ({ name, data }) => {
        if (!isRecord(data)) return;
        const id = textOf(data["id"]) ?? textOf(data["Id"]);
        if (name === "smcc:content_thread:selected") return choose(id);
        if (!id || (name !== "smcc:task:selected" && name !== "smcc:task:updated")) return;
        const thread = textOf(data["contentThreadId"]);
        if (thread) keep(threads, id, thread);
        if (name === "smcc:task:selected") task = id;
        if (task === id) choose(threads.get(id) ?? null);
      });
      return Promise.resolve(stop);
    },
  };
}

/** RingCentral Embeddable: a service registered in it, and text put into the SMS conversation that is open. */
export function embeddable(embedded: Embedded): Host {
  const post = (message: object): void => embedded.frame.contentWindow?.postMessage(message, embedded.origin);
  let chosen: ConversationRef | null = null;
  return {
    name: "ringcentral-embeddable",
    capabilities: { insert: true, ghost: false, copy: embedded.canCopy },
    getToken: embedded.getToken,
    insert(text) {
      // It answers nothing; what it needs is a conversation's page, and that one is open.
      if (chosen) post({ type: "rc-adapter-auto-populate-conversation", text });
      return Promise.resolve(chosen !== null);
    },
    start(listener) {
      const choose = (ref: ConversationRef | null): void => listener.conversation((chosen = ref));
      const register = (): void => post({ type: "rc-adapter-register-third-party-service", service: SERVICE });
      const stop = onFrameMessage(embedded, (data) => hear(data, { register, choose, post }));
      register(); // when it was signed in before us; otherwise at its word
      return Promise.resolve(() => {
        stop();
        chosen = null;
      });
    },
  };
}

interface Hearing {
  register(): void;
  choose(ref: ConversationRef | null): void;
  post(message: object): void;
}

function hear({ type, path, loggedIn, requestId }: Record<string, unknown>, { register, choose, post }: Hearing): void {
  if (type === "rc-login-status-notify") return loggedIn ? register() : choose(null);
  if (type === "rc-route-changed-notify") return choose(conversationOfRoute(textOf(path) ?? ""));
  if (type !== "rc-post-message-request" || path !== SERVICE.buttonEventPath) return;
  post({ type: "rc-post-message-response", responseId: requestId, response: { data: "ok" } });
}

/** `/conversations/<id>` is a conversation's page; all other pages have none. */
export function conversationOfRoute(path: string): ConversationRef | null {
  return refOf(/^\/conversations\/([^/?#]+)$/.exec(path)?.[1] ?? null);
}

function refOf(id: string | null): ConversationRef | null {
  return id ? { platform: "ringcentral", platformId: id } : null;
}

function keep(threads: Map<string, string>, task: string, thread: string): void {
  threads.delete(task);
  threads.set(task, thread);
  if (threads.size > MOST_TASKS) threads.delete(threads.keys().next().value!);
}

function onFrameMessage({ page, frame, origin }: Embedded, listener: (data: Record<string, unknown>) => void): Disconnect {
  const hearing = ({ source, origin: from, data }: MessageEvent): void => {
    if (source && source === frame.contentWindow && from === origin && isRecord(data)) listener(data);
  };
  page.addEventListener("message", hearing);
  return () => page.removeEventListener("message", hearing);
}
