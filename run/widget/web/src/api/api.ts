/** conversation_api and suggestion_api over fetch. */
import type { Api, AssistantResult, Conversation, ConversationRef, FeedbackEvent, FoundReply, GetToken } from "../contract";
import { failure, failureOf, isFailure } from "./failure";
import { createTokens } from "./token";

const PATIENCE_MS = 10_000;
const MOST_KEEPALIVE_BYTES = 60_000; // browsers stop at 64 KiB of all that is on its way

export interface ApiOptions {
  /** Origins, with a path if there is one, without a slash at the end. */
  readonly conversationApi: string;
  readonly suggestionApi: string;
  readonly account: string;
  readonly getToken: GetToken;
  readonly fetch?: typeof globalThis.fetch;
  readonly now?: () => number;
  /** How long a call may take, 10 s unless given; what a model answers, six times that. */
  readonly patienceMs?: number;
}

interface Call {
  readonly method?: "GET" | "POST" | "PUT";
  readonly body?: unknown;
  readonly etag?: string | null;
  readonly signal?: AbortSignal | undefined;
  readonly isModel?: boolean;
}

interface Answer {
  readonly body: unknown; // null: not modified
  readonly etag: string;
}

/** Every call rejects with a Failure, and with nothing else. */
export function createApi(options: ApiOptions): Api {
  const { conversationApi, suggestionApi, account, getToken, patienceMs = PATIENCE_MS } = options;
  const send = options.fetch ?? ((address, init) => fetch(address, init));
  const tokens = createTokens(getToken, options.now ?? Date.now);
  const disposed = new AbortController();

  // A preflight carries no token: the address says whose allowed origins it is to be held against.
  const addressOf = (base: string, path: string): string => `${base}/v1/${path}?account=${encodeURIComponent(account)}`;

  async function call(base: string, path: string, wanted: Call): Promise<Answer> {
    const late = AbortSignal.timeout(wanted.isModel ? 6 * patienceMs : patienceMs);
    const signal = AbortSignal.any([late, disposed.signal, ...(wanted.signal ? [wanted.signal] : [])]);
    // A host that never gives a token must not hold a call for ever.
    const stopped = new Promise<never>((_, reject) => signal.addEventListener("abort", reject));
    const fetchWith = async (token: Promise<string>): Promise<Response> =>
      send(addressOf(base, path), requestOf(wanted, await Promise.race([token, stopped]), signal));
    try {
      const token = tokens.current();
      let response = await fetchWith(token);
      if (response.status === 401) response = await fetchWith(tokens.instead(await token));
      if (response.status === 401) tokens.forget();
      if (response.status === 304) return { body: null, etag: "" };
      if (!response.ok) throw await failureOf(response);
      return { body: await response.json(), etag: response.headers.get("etag") ?? "" };
    } catch (error) {
      if (late.aborted) throw failure("unavailable", "timeout");
      if (signal.aborted) throw failure("aborted");
      throw isFailure(error) ? error : failure(isOffline() ? "offline" : "unavailable", "network");
    }
  }
  const ask = async <T>(base: string, path: string, wanted: Call): Promise<T> => (await call(base, path, wanted)).body as T;
  const post = (body: unknown, signal?: AbortSignal): Call => ({ method: "POST", body, signal });
  const at = (id: string, rest: string): string => `conversations/${id}/${rest}`;

  return {
    capabilities: (signal) => ask(conversationApi, "capabilities", { signal }),
    async conversation(ref, etag, signal) {
      const found = await call(conversationApi, `conversations/${pathOf(ref)}`, { etag, signal });
      return found.body ? { conversation: found.body as Conversation, etag: found.etag } : "same";
    },
    suggest: (id, wanted, signal) => ask(suggestionApi, at(id, "suggestions"), post(wanted, signal)),
    async search(query, language, signal) {
      const wanted = language ? { query, language } : { query };
      return (await ask<{ replies: readonly FoundReply[] }>(suggestionApi, "replies/search", post(wanted, signal))).replies;
    },
    runAssistant: (id, code, wanted, signal) =>
      ask<AssistantResult>(conversationApi, at(id, `assistants/${code}`), { ...post(wanted, signal), isModel: true }),
    keepFinalText: (id, code, text) => ask(conversationApi, at(id, `assistants/${code}`), { method: "PUT", body: { text } }),
    async feedback(events) {
      await call(conversationApi, "feedback", post({ events }));
    },
    feedbackAtUnload(events) {
      // sendBeacon carries no token; a fetch that is kept alive does.
      const token = tokens.atHand();
      if (!token || isOffline()) return false;
      const init = { ...requestOf(post({ events: fitting(events) }), token), keepalive: true };
      send(addressOf(conversationApi, "feedback"), init).catch(() => undefined);
      return true;
    },
    dispose() {
      disposed.abort();
      tokens.forget();
    },
  };
}

function requestOf({ method = "GET", body, etag }: Call, token: string, signal: AbortSignal | null = null): RequestInit {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  if (etag) headers["If-None-Match"] = etag;
  return { method, headers, credentials: "omit", body: body ? JSON.stringify(body) : null, signal };
}

function pathOf(ref: ConversationRef): string {
  return "id" in ref ? ref.id : `by-platform-id/${ref.platform}/${encodeURIComponent(ref.platformId)}`;
}

/** As many of the events, from the first, as the browser still takes at unload. */
function fitting(events: readonly FeedbackEvent[]): readonly FeedbackEvent[] {
  const few = events.slice(0, 100);
  while (few.length && JSON.stringify(few).length > MOST_KEEPALIVE_BYTES) few.length >>= 1; // ids and counts: ASCII
  return few;
}

function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
