/** A session with everything around it under the hand of a test: time, network, storage, an Api that answers when told. */
import { vi } from "vitest";
import { failure } from "../../src/api/failure";
import type {
  Api, AccountCapabilities, Conversation, Failure, FeedbackEvent, Message, Offers, Session, Settings, Signal, SuggestWanted, TypingEvent, HostCapabilities,
} from "../../src/contract"; // prettier-ignore
import { storeIn, type Environment } from "../../src/session/environment";
import { createSession } from "../../src/session/session";

export const BEGAN = Date.parse("2026-11-23T10:00:00Z");
export const ID = "a".repeat(32);
export const OTHER = "b".repeat(32);
export const PACK = { version: 2, after: [] };

export interface Stage {
  readonly session: Session;
  readonly api: FakeApi;
  readonly signals: Signal[];
  readonly clipboard: string[];
  readonly said: () => readonly string[];
  readonly fed: () => readonly FeedbackEvent[];
  isOnline: boolean;
  isHidden: boolean;
  change(what: "connection" | "visibility" | "unload"): void;
  type(text: string, needs?: "nothing" | "pack" | "now"): void;
  tell(event: TypingEvent): void;
  reload(settings?: Partial<Settings>): Stage;
}

interface Given {
  readonly settings?: Partial<Settings>;
  readonly host?: Partial<HostCapabilities>;
  readonly hasField?: boolean;
  readonly storages?: { readonly local: Map<string, string>; readonly tab: Map<string, string> };
  readonly api?: Partial<Api>;
  readonly capabilities?: Partial<AccountCapabilities>;
}

export function aStage(given: Given = {}): Stage {
  const storages = given.storages ?? { local: new Map<string, string>(), tab: new Map<string, string>() };
  const listeners = new Set<(what: "connection" | "visibility" | "unload") => void>();
  const said: string[] = [];
  const api = fakeApi(given.capabilities, given.api);
  let ids = 0;
  const environment: Environment = {
    now: () => Date.now(),
    random: () => 0.5,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    newId: () => `id-${++ids}`,
    isOnline: () => stage.isOnline,
    isHidden: () => stage.isHidden,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    storage: storeIn(() => mapped(storages.local)),
    tabStorage: storeIn(() => mapped(storages.tab)),
  };
  const clipboard: string[] = [];
  let seq = 0;
  const stage: { -readonly [Name in keyof Stage]: Stage[Name] } = {
    session: undefined as unknown as Session, api, signals: [], clipboard, isOnline: true, isHidden: false,
    said: () => said,
    fed: () => api.fed,
    change: (what) => listeners.forEach((listener) => listener(what)),
    type: (text, needs = "nothing") => stage.session.port.tell({ kind: "draft", seq: ++seq, text, cursor: text.length, needs }),
    tell: (event) => stage.session.port.tell(event),
    reload(settings) {
      stage.session.dispose();
      return aStage({ ...given, storages, ...(settings ? { settings } : {}) });
    },
  }; // prettier-ignore
  stage.session = createSession({
    api, environment, account: "acme", host: { insert: true, ghost: true, copy: true, ...given.host },
    ...(given.settings ? { settings: given.settings } : {}),
    copy: (text) => Promise.resolve(clipboard.push(text) > 0),
  }); // prettier-ignore
  let last = 0;
  stage.session.subscribe(({ spoken }) => {
    if (spoken && spoken.id !== last) said.push("text" in spoken ? spoken.text : `${spoken.what} ${spoken.count}`.replace(" 0", ""));
    last = spoken?.id ?? last;
  });
  if (given.hasField !== false) stage.session.port.onSignal((signal) => stage.signals.push(signal));
  return stage;
}

/** With the conversation ID open and read. */
export async function ready(given: Parameters<typeof aStage>[0] = {}): Promise<Stage> {
  const stage = aStage(given);
  stage.api.conversations[ID] = aConversation();
  stage.session.setConversation({ id: ID });
  await pass();
  return stage;
}

/** Of the signals to the field side, in their order. */
export const kinds = (stage: Stage): readonly string[] => stage.signals.map(({ kind }) => kind);

/** Let promises run, and that many milliseconds pass. */
export const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

export interface FakeApi extends Api {
  conversations: Record<string, Conversation | Failure | Promise<Conversation>>;
  /** What suggest answers, by default "offers" for the turn; a function sees what was wanted. */
  answer: (id: string, wanted: SuggestWanted) => Offers | Failure | Promise<Offers>;
  readonly asked: { readonly id: string; readonly wanted: SuggestWanted; readonly signal: AbortSignal | undefined }[];
  readonly polls: number[];
  readonly fed: FeedbackEvent[];
  readonly calls: string[];
  down: Failure | null;
}

function fakeApi(capabilities: Partial<AccountCapabilities> = {}, more: Partial<Api> = {}): FakeApi {
  const seen = new Map<string, Conversation>();
  const api: FakeApi = {
    conversations: {}, asked: [], polls: [], fed: [], calls: [], down: null,
    answer: (id) => offersFor(`set-${id.slice(0, 1)}-${api.asked.length}`),
    async capabilities() {
      if (api.down) throw api.down;
      return {
        features: ["suggestions", "completion", "links", "conversation", "search", "assistants", "summary", "feedback"],
        assistants: [
          { code: "summarizer", title: "Summary", takes_text: false, options: [] },
          { code: "rewrite", title: "Rewrite", takes_text: true, options: ["formal"] },
        ],
        default_language: "en", link_hosts: [], ...capabilities,
      }; // prettier-ignore
    },
    async conversation(ref, etag, signal) {
      api.polls.push(Date.now() - BEGAN);
      if (api.down) throw api.down;
      const key = "id" in ref ? ref.id : ref.platformId;
      const found = await api.conversations[key];
      if (signal?.aborted) throw failure("aborted");
      if (!found) throw failure("unknown");
      if (found instanceof Error) throw found;
      const isSame = etag !== null && seen.get(key) === found;
      seen.set(key, found);
      return isSame ? "same" : { conversation: found, etag: "etag" };
    },
    async suggest(id, wanted, signal) {
      api.asked.push({ id, wanted, signal });
      if (api.down) throw api.down;
      const answer = await api.answer(id, wanted);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    search: async (query) => (api.calls.push(`search ${query}`), [{ id: `r-${query}`, text: query, score: 1, source: "canned", slots: [] }]),
    runAssistant: async (_, code) => (api.calls.push(`run ${code}`), aResult(code)),
    keepFinalText: async (_, code, text) => (api.calls.push(`keep ${text}`), { ...aResult(code), final_text: text }),
    async feedback(events) {
      if (api.down) throw api.down;
      api.fed.push(...events);
    },
    feedbackAtUnload: (events) => api.fed.push(...events) > 0,
    dispose: () => undefined,
    ...more,
  }; // prettier-ignore
  return api;
}

export function aConversation(texts: readonly string[] = ["Where is my parcel?"], more: Partial<Conversation> = {}): Conversation {
  return {
    conversation_id: ID, platform: "custom", platform_conversation_id: "p-1", status: "open", agent_id: "ada", locale: null,
    based_on: texts.length + 1, participants: [], messages: texts.map((text, number) => aMessage(`m-${number}`, text)), assistants: [],
    ...more,
  }; // prettier-ignore
}

export function aMessage(message_id: string, text: string, more: Partial<Message> = {}): Message {
  const minute = Number(message_id.replace(/\D/g, "")) || 0;
  return {
    message_id, role: "customer", participant_id: "c", text, visibility: "public",
    sent_at: new Date(BEGAN + minute * 60_000).toISOString(), edited_at: null, is_removed: false, ...more,
  }; // prettier-ignore
}

export function offersFor(set_id: string, texts: readonly string[] = ["One", "Two", "Three"], more: Partial<Offers> = {}): Offers {
  return {
    set_id, links: [], completion: null, pack: PACK, model_version: "v1", settings_version: "s1", based_on: 2, degraded: false, reasons: [],
    suggestions: texts.map((text) => ({ id: `${set_id}-${text}`, text, replace: [0, 0], score: 0.9, source: "model", slots: [] })),
    ...more,
  }; // prettier-ignore
}

export function aResult(code: string, state: "done" | "waiting" | "running" | "failed" | "skipped" = "done") {
  return {
    code, run_id: "run", state, reason: "", is_stale: false, is_trimmed: false, text: state === "done" ? "All is well." : "",
    result: null, final_text: null,
  } as const; // prettier-ignore
}

function mapped(map: Map<string, string>): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  return {
    getItem: (name) => map.get(name) ?? null,
    setItem: (name, value) => void map.set(name, value),
    removeItem: (name) => void map.delete(name),
  };
}
