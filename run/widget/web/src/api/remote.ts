/**
 * The Api across a channel of messages: a content script calls, the extension's service worker serves, so that tokens
 * never come near a page.
 *
 *     {id, name, args} ▶   ◀ {id, value} or {id, failure}   {id, name: "abort"} ▶
 */
import type { Api, Disconnect, Failure, FeedbackEvent } from "../contract";
import { asFailure, failure } from "./failure";

const PATIENCE_MS = 20_000; // the other side has its own, shorter one: this is for one that went away
const MODEL_PATIENCE_MS = 70_000;

export interface Channel {
  /** Throws when the other side is gone for good: the extension was updated or removed. */
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): Disconnect;
}

type Name = "capabilities" | "conversation" | "suggest" | "search" | "runAssistant" | "keepFinalText" | "feedback" | "feedbackAtUnload";
interface Question {
  readonly id: number;
  readonly name: Name | "abort";
  readonly args: readonly unknown[];
}
interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly failure?: Pick<Failure, "kind" | "message" | "retryAfterMs">;
}

/** Answer the calls that come over the channel. Whoever names an account or a page checks that before. */
export function serveApi(api: Api, channel: Channel): Disconnect {
  const running = new Map<number, AbortController>();
  const methods: Readonly<Record<Name, (args: readonly never[], signal: AbortSignal) => unknown>> = {
    capabilities: (_, signal) => api.capabilities(signal),
    conversation: ([ref, etag], signal) => api.conversation(ref!, etag!, signal),
    suggest: ([id, wanted], signal) => api.suggest(id!, wanted!, signal),
    search: ([query, language], signal) => api.search(query!, language!, signal),
    runAssistant: ([id, code, wanted], signal) => api.runAssistant(id!, code!, wanted!, signal),
    keepFinalText: ([id, code, text]) => api.keepFinalText(id!, code!, text!),
    feedback: ([events]) => api.feedback(events!),
    feedbackAtUnload: ([events]) => api.feedbackAtUnload(events!),
  };

  async function answer({ id, name, args }: Question): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    const reply = await (async () => methods[name as Name](args as readonly never[], controller.signal))().then(
      (value): Reply => ({ id, value }),
      (error: unknown): Reply => {
        const { kind, message, retryAfterMs } = asFailure(error);
        return { id, failure: { kind, message, retryAfterMs } };
      },
    );
    running.delete(id);
    tryTo(() => channel.post(reply)); // who asked may have gone
  }
  function hear(message: unknown): void {
    const question = (message ?? {}) as Partial<Question>;
    const { id, name = "" } = question;
    if (name === "abort") running.get(id!)?.abort();
    else if (id !== undefined && Object.prototype.hasOwnProperty.call(methods, name)) void answer(question as Question);
  }
  const disconnect = channel.onMessage(hear);
  return () => {
    disconnect();
    for (const controller of running.values()) controller.abort();
  };
}

/** The Api whose calls are served at the other end; rejects with "orphaned" once there is no other end any more. */
export function remoteApi(channel: Channel): Api {
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  const disconnect = channel.onMessage((message) => {
    const reply = message as Reply | null;
    waiting.get(reply?.id ?? 0)?.(reply!);
  });

  function ask<T>(name: Name, args: readonly unknown[], signal?: AbortSignal, patienceMs = PATIENCE_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = ++last;
      const settle = (reply: Reply): void => {
        clearTimeout(timer);
        waiting.delete(id);
        signal?.removeEventListener("abort", abort);
        const { failure: why } = reply;
        if (why) reject(failure(why.kind, why.message, why.retryAfterMs));
        else resolve(reply.value as T);
      };
      const fail = (kind: Failure["kind"]): void => settle({ id, failure: { kind, message: kind, retryAfterMs: null } });
      const abort = (): void => {
        tryTo(() => channel.post({ id, name: "abort", args: [] }));
        fail("aborted");
      };
      const timer = setTimeout(() => fail("unavailable"), patienceMs);
      if (signal?.aborted) return fail("aborted");
      signal?.addEventListener("abort", abort);
      waiting.set(id, settle);
      if (!tryTo(() => channel.post({ id, name, args } satisfies Question))) fail("orphaned");
    });
  }

  return {
    capabilities: (signal) => ask("capabilities", [], signal),
    conversation: (ref, etag, signal) => ask("conversation", [ref, etag], signal),
    suggest: (id, wanted, signal) => ask("suggest", [id, wanted], signal),
    search: (query, language, signal) => ask("search", [query, language], signal),
    runAssistant: (id, code, wanted, signal) => ask("runAssistant", [id, code, wanted], signal, MODEL_PATIENCE_MS),
    keepFinalText: (id, code, text) => ask("keepFinalText", [id, code, text]),
    feedback: (events) => ask("feedback", [events]),
    feedbackAtUnload: (events: readonly FeedbackEvent[]) =>
      tryTo(() => channel.post({ id: ++last, name: "feedbackAtUnload", args: [events] } satisfies Question)),
    dispose() {
      disconnect();
      for (const [id, settle] of [...waiting]) settle({ id, failure: { kind: "aborted", message: "disposed", retryAfterMs: null } });
    },
  };
}

function tryTo(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
