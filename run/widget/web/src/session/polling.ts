/** The live conversation: asked for as often as it is looked at, and no longer than something can come. */
import type { Failure } from "../contract";
import { createRetrying } from "./retrying";
import type { Scope } from "./scope";
import { isSummarised, withConversation } from "./state";

const FAST_MS = 1_000; // the agent types or reads
const OPEN_MS = 3_000;
const BACKGROUND_MS = 15_000;
const TYPING_FOR_MS = 10_000;
const MOST_AFTER_END = 40; // then it will be long
const AFTER_SUMMARY = 4; // a message that comes late makes another

export interface Polling {
  /** Look now; afterwards again by itself. */
  now(): void;
  /** The agent types, or the panel has the focus. */
  watch(isReading?: boolean): void;
  /** Sooner or later than before: the page was hidden, or is seen again. */
  reschedule(): void;
}

/** Polls until the scope closes; `onChange` after each answer. */
export function startPolling(scope: Scope, onChange: () => void): Polling {
  const { api, environment, signal } = scope;
  let etag: string | null = null;
  let isRunning = false;
  let isWanted = false; // something happened while one was on its way
  let afterEnd = 0;
  let afterSummary = 0;
  let typedAt = -Infinity;
  let isReading = false;
  let cancel = (): void => undefined;

  const retrying = createRetrying(scope, "polling", () => void poll());
  const later = (ms: number): void => {
    cancel();
    cancel = scope.after(ms, () => void poll());
  };

  function interval(): number {
    if (environment.isHidden() || afterEnd > MOST_AFTER_END || afterSummary > 0) return BACKGROUND_MS;
    return isReading || environment.now() - typedAt < TYPING_FOR_MS ? FAST_MS : OPEN_MS;
  }

  async function poll(): Promise<void> {
    const { ref } = scope.talk();
    if (isRunning) isWanted = true;
    if (isRunning || !ref || !scope.mayCall()) return;
    cancel();
    isRunning = true;
    isWanted = false;
    const askedAt = environment.now();
    const why = await api.conversation(ref, etag, signal).then(
      (found) => {
        if (found === "same") return null;
        etag = found.etag;
        scope.set(withConversation(scope.talk(), found.conversation, askedAt));
        return null;
      },
      (error: Failure) => error,
    );
    isRunning = false;
    if (why && why.kind !== "unknown") return retrying.failed(why); // unknown: nothing happened in it yet
    retrying.done();
    if (!scope.talk().isLookedUp) scope.set({ isLookedUp: true }); // what changes nothing draws nothing
    onChange();
    afterEnd = scope.talk().isEnded ? afterEnd + 1 : 0;
    afterSummary = afterEnd && isSummarised(scope.talk()) ? afterSummary + 1 : 0;
    if (isWanted) later(0);
    else if (!isOver()) later(interval());
  }

  /** It ended, and nothing more is to come. */
  function isOver(): boolean {
    const talk = scope.talk();
    return talk.conversation?.status === "ended" && (!scope.has("summary") || afterSummary > AFTER_SUMMARY);
  }

  const mayMove = (): boolean => !retrying.isWaiting() && scope.mayCall() && !isOver();

  return {
    now: () => void poll(),
    watch(reading) {
      const before = interval();
      if (reading === undefined) typedAt = environment.now();
      else isReading = reading;
      if (interval() < before && mayMove()) later(FAST_MS);
    },
    reschedule() {
      if (mayMove()) later(environment.isHidden() ? BACKGROUND_MS : 0);
    },
  };
}
