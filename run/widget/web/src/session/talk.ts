/** Everything that happens for one conversation, from when it is chosen until another is. */
import type { AssistantResult, Disconnect, Failure, Message, TypingEvent } from "../contract";
import { createAsking } from "./asking";
import { startPolling } from "./polling";
import type { Scope } from "./scope";
import { conversationId, resultOf, SUMMARY, withMessage } from "./state";

const SEARCH_AFTER_MS = 200;
const DRAFT_AFTER_MS = 150; // the panel marks what is typed of a suggestion once the agent rests, not on a key's way to the screen

export interface TalkEffects {
  draft(event: Extract<TypingEvent, { kind: "draft" }>): void;
  push(message: Message): void;
  end(): void;
  reading(isReading: boolean): void;
  search(query: string): void;
  runAssistant(code: string, wanted: { text?: string; option?: string }): void;
  saveSummary(): void;
  /** What may be asked for is known now. */
  turn(): void;
  /** What failed or was put off, now: online again, resumed, signed in, or the agent's wish. */
  again(): void;
  /** The page was hidden or is seen again. */
  reschedule(): void;
}

export function openTalk(scope: Scope): TalkEffects {
  const { api, environment, signal } = scope;
  const asking = createAsking(scope);
  const polling = startPolling(scope, asking.turn);
  let cancelSearch: Disconnect = () => undefined;
  let cancelDraft: Disconnect = () => undefined;
  let searching: AbortController | null = null;
  polling.now();

  async function find(query: string): Promise<void> {
    const mine = (searching = new AbortController());
    const found = await api.search(query, languageOf(scope.talk().conversation?.locale), mine.signal).catch((error: Failure) => error);
    if (mine !== searching) return; // late
    const isFailed = found instanceof Error;
    if (isFailed) scope.isFatal(found);
    scope.set({ search: { query, isBusy: false, found: isFailed ? scope.talk().search.found : found } });
  }

  function keep(code: string, result: AssistantResult): void {
    scope.set({ results: new Map(scope.talk().results).set(code, { result, at: environment.now() }) });
  }

  return {
    draft(event) {
      cancelDraft();
      cancelDraft = scope.after(DRAFT_AFTER_MS, () => scope.set({ draft: event.text }));
      polling.watch();
      asking.draft(event);
    },
    push(message) {
      const talk = withMessage(scope.talk(), message);
      if (talk === scope.talk()) return;
      scope.set(talk);
      polling.now();
    },
    end() {
      scope.set({ isEnded: true });
      polling.now();
    },
    reading: polling.watch,
    search(query) {
      cancelSearch();
      searching?.abort();
      searching = null;
      const isAsked = query.trim() !== "" && scope.has("search");
      scope.set({ search: { query, isBusy: isAsked, found: isAsked ? scope.talk().search.found : null } });
      if (isAsked) cancelSearch = scope.after(SEARCH_AFTER_MS, () => void find(query));
    },
    async runAssistant(code, wanted) {
      const id = conversationId(scope.talk());
      if (!id || scope.talk().busy.has(code) || !scope.mayCall()) return;
      scope.set({ busy: new Set(scope.talk().busy).add(code) });
      const result = await api.runAssistant(id, code, wanted, signal).catch((error: Failure) => error);
      if (signal.aborted) return;
      const busy = new Set(scope.talk().busy);
      busy.delete(code);
      scope.set({ busy });
      if (!(result instanceof Error)) keep(code, result);
      else if (!scope.isFatal(result)) keep(code, failedResult(code, result));
      polling.now(); // what is still running is seen there
    },
    async saveSummary() {
      const talk = scope.talk();
      const id = conversationId(talk);
      const text = talk.edited ?? resultOf(talk, SUMMARY)?.text;
      if (!id || !text || talk.saving === "saving") return;
      scope.set({ saving: "saving" });
      const result = await api.keepFinalText(id, SUMMARY, text).catch((error: Failure) => error);
      if (result instanceof Error) {
        scope.isFatal(result);
        return scope.set({ saving: "failed" });
      }
      keep(SUMMARY, result);
      const { edited } = scope.talk(); // the agent may have gone on writing
      scope.set({ saving: null, edited: edited === text ? null : edited });
    },
    turn: asking.turn,
    again() {
      polling.now();
      asking.again();
    },
    reschedule: polling.reschedule,
  };
}

/** For a run that came to nothing on the way. */
function failedResult(code: string, { kind }: Failure): AssistantResult {
  return {
    code, run_id: null, state: "failed", reason: kind, is_stale: false, is_trimmed: false, text: "", result: null, final_text: null,
  }; // prettier-ignore
}

/** A platform's locale as the API takes it; null, the account's own language, for any other. */
function languageOf(locale: string | null | undefined): string | null {
  const language = locale?.replace(/_/g, "-") ?? "";
  return /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/.test(language) ? language : null;
}
