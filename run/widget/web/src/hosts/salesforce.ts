/**
 * Salesforce: our frame inside the LWC shell (`run/widget/salesforce`), which has the conversation toolkit and Apex. They
 * speak over a MessageChannel that the shell opens once this frame has called, both sides with exact origins.
 *
 *     ▶ {type: "earpiece:hello", v: 1, channel}           ◀ {type: "earpiece:connect", v: 1, channel} and the port
 *     port: ◀ {kind: "record", record}  ◀ {kind: "sent", record, text}  ◀ {kind: "ended", record}
 *           ▶ {kind: "insert", id, record, text}  ▶ {kind: "token", id}   ◀ {kind: "answer", id, value}
 */
import type { ConversationRef, Host } from "../contract";
import { NotThisHost } from "./host_page";
import type { HostPage } from "./host_page";
import { isRecord, onParentMessage, parentOrigin, textOf } from "./origins";
import { tokensFor } from "./sign_in/exchange";
import { waiting } from "./waiting";

const CONNECTS_WITHIN_MS = 10_000;
const INSERTS_WITHIN_MS = 1_500;
const SIGNS_WITHIN_MS = 8_000;
const RECORD = /^0Mw[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?$/; // a MessagingSession

export function salesforce({ page, settings, query, canCopy }: HostPage): Host {
  const origin = parentOrigin(page, settings.frameAncestors, query.get("hostOrigin"));
  const channel = query.get("channel");
  if (!origin) throw new NotThisHost("the page around us is not among the account's frame ancestors");
  if (!channel) throw new NotThisHost("the address has no channel: this page belongs into the earpiece component");
  const answers = waiting<unknown>(null);
  const open = connect(page, origin, channel);
  let record: string | null = null;
  const ask = async (question: object, patienceMs: number): Promise<unknown> => {
    const port = await open.port;
    return port && answers.ask((id) => port.postMessage({ ...question, id }), patienceMs);
  };

  return {
    name: "salesforce",
    capabilities: { insert: true, ghost: false, copy: canCopy },
    getToken: tokensFor(settings, async () => {
      const embed_token = textOf(await ask({ kind: "token" }, SIGNS_WITHIN_MS));
      return embed_token ? { embed_token } : null;
    }),
    async start(listener) {
      const port = await open.port;
      if (!port) throw new NotThisHost("the earpiece component did not answer: is its service address the one of this page?");
      const hear = ({ data }: MessageEvent): void => {
        if (!isRecord(data)) return;
        if (data["kind"] === "answer") return answers.settle(data["id"], data["value"]);
        const about = refOf(data["record"]);
        if (data["kind"] === "record") {
          record = about && (data["record"] as string);
          listener.conversation(about);
        } else if (about && record && isSame(record, data["record"] as string)) {
          if (data["kind"] === "ended") listener.ended(refOf(record)!);
          const text = data["kind"] === "sent" ? textOf(data["text"]) : null;
          if (text) listener.sent?.(text);
        }
      };
      port.addEventListener("message", hear);
      port.start();
      return () => {
        port.removeEventListener("message", hear);
        port.close();
        answers.end();
        record = null;
      };
    },
    insert(text) {
      const into = record;
      return into ? ask({ kind: "insert", record: into, text }, INSERTS_WITHIN_MS).then((value) => value === true) : Promise.resolve(false);
    },
  };
}

/** The shell's port; null when nobody answers. Called at once: the shell waits for it. */
function connect(page: Window, origin: string, channel: string): { readonly port: Promise<MessagePort | null> } {
  const first = waiting<MessagePort | null>(null);
  const stop = onParentMessage(page, origin, ({ type, v, channel: answered }, { ports }) => {
    if (type === "earpiece:connect" && v === 1 && answered === channel && ports[0]) first.settle(1, ports[0]);
  });
  const hello = (): void => page.parent.postMessage({ type: "earpiece:hello", v: 1, channel }, origin);
  return { port: first.ask(hello, CONNECTS_WITHIN_MS).finally(stop) };
}

function refOf(record: unknown): ConversationRef | null {
  return typeof record === "string" && RECORD.test(record) ? { platform: "salesforce", platformId: record } : null;
}

/** Ids of 15 characters tell upper from lower case; the 3 after them repeat that for those who cannot. */
function isSame(one: string, other: string): boolean {
  return one.slice(0, 15) === other.slice(0, 15);
}
