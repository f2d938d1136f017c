/**
 * Feedback on its way: in batches, kept over a reload and while offline, sent until it is durable. An event may arrive
 * twice, never not: its id makes a repeat harmless. Ids and counts only, so that they may lie in the tab's storage.
 */
import type { Api, Failure, FeedbackEvent } from "../contract";
import type { Environment } from "../session/environment";

const MOST_IN_BATCH = 100; // of the API
const SOON_MS = 2_000;
const SOON_COUNT = 20;
const MOST_KEPT = 1_000;
const LONGEST_WAIT_MS = 60_000;

export interface FeedbackQueue {
  add(event: FeedbackEvent): void;
  /** Send now what there is, one batch after the other. */
  flush(): void;
  /** The page goes away. What is sent now stays in the tab's storage: a reload sends it again, which changes nothing. */
  flushAtUnload(): void;
  readonly size: number;
  dispose(): void;
}

interface Options {
  readonly api: Pick<Api, "feedback" | "feedbackAtUnload">;
  readonly environment: Environment;
  readonly account: string;
  onSize(size: number): void;
  /** Whether this failure, or one before it, ends all calls: asking a signed-out agent's host for a token may open a window. */
  isCutOff(why?: Failure): boolean;
}

export function createFeedbackQueue({ api, environment, account, onSize, isCutOff }: Options): FeedbackQueue {
  const { tabStorage, after, random } = environment;
  const place = `earpiece.feedback.${account}`;
  const own = new Set<string>(); // ids: another widget of the page may keep its events in the same place
  let queue = kept();
  let most = MOST_IN_BATCH;
  let attempts = 0;
  let isSending = false;
  let isDisposed = false;
  let cancel: (() => void) | null = null;

  function kept(): readonly FeedbackEvent[] {
    const found: unknown = tabStorage.read(place);
    return Array.isArray(found) ? (found as FeedbackEvent[]) : [];
  }
  function keep(events: readonly FeedbackEvent[]): void {
    queue = bounded(events);
    for (const { event_id: id } of queue) own.add(id);
    const all = [...kept().filter(({ event_id: id }) => !own.has(id)), ...queue];
    tabStorage.write(place, all.length ? all : null);
    onSize(queue.length);
  }
  function wake(ms: number): void {
    cancel?.();
    cancel = after(ms, () => void send());
  }

  async function send(): Promise<void> {
    if (isSending || isDisposed || !queue.length || !environment.isOnline() || isCutOff()) return;
    const batch = queue.slice(0, most);
    isSending = true;
    const why = await api.feedback(batch).then(() => null, (error: Failure) => error);
    isSending = false;
    if (why && !(why.kind === "refused" && batch.length === 1)) return again(why);
    attempts = 0;
    const done = new Set(batch.map((event) => event.event_id));
    keep(queue.filter((event) => !done.has(event.event_id)));
    if (!queue.length) most = MOST_IN_BATCH;
    void send();
  }

  /** One event that the door refuses must not hold up the rest: they go one by one, and it alone is given up. */
  function again(why: Failure): void {
    if (isDisposed || isCutOff(why)) return;
    if (why.kind === "refused") {
      most = 1;
      return void send();
    }
    const wait = Math.min(2_000 * 2 ** attempts++, LONGEST_WAIT_MS);
    wake(Math.max(why.retryAfterMs ?? 0, wait * (0.75 + random() / 2)));
  }

  for (const { event_id: id } of queue) own.add(id);
  if (queue.length) wake(0);
  return {
    add(event) {
      keep([...queue, event]);
      if (attempts) return; // the next attempt has its time
      if (queue.length >= SOON_COUNT) void send();
      else if (!isSending && queue.length === 1) wake(SOON_MS);
    },
    flush: () => void send(),
    flushAtUnload: () => void (queue.length && api.feedbackAtUnload(queue.slice(0, MOST_IN_BATCH))),
    get size() {
      return queue.length;
    },
    dispose() {
      isDisposed = true;
      cancel?.();
    },
  };
}

/** The newest of them; what was shown is given up before what was done with it. */
function bounded(events: readonly FeedbackEvent[]): readonly FeedbackEvent[] {
  let many = events.length - MOST_KEPT;
  if (many <= 0) return events;
  const rest = events.filter((event) => event.kind !== "shown" || many-- <= 0);
  return rest.slice(-MOST_KEPT);
}
