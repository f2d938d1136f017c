import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../src/api/failure";
import type { Failure, FeedbackEvent } from "../../src/contract";
import { createFeedbackQueue, type FeedbackQueue } from "../../src/feedback/queue";
import { storeIn, type Environment } from "../../src/session/environment";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const event = (number: number, kind: FeedbackEvent["kind"] = "sent"): FeedbackEvent => ({
  event_id: `e-${number}`, conversation_id: "c", kind, occurred_at: "2026-11-23T10:00:00Z",
}); // prettier-ignore
const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

const SIGNED_IN = { isCutOff: (why?: Failure) => why?.kind === "expired" || why?.kind === "orphaned" };

interface Desk {
  readonly batches: string[][];
  readonly unloaded: string[];
  readonly sizes: number[];
  isOnline: boolean;
  /** Whether a batch is refused. */
  answer: (batch: readonly string[]) => Failure | null;
  open(): FeedbackQueue;
}

function aDesk(): Desk {
  const kept = new Map<string, string>();
  const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value), removeItem: (name: string) => void kept.delete(name) };
  const desk: Desk = {
    batches: [], unloaded: [], sizes: [], isOnline: true, answer: () => null,
    open: () => createFeedbackQueue({ api, environment: environment as Environment, account: "acme", onSize: (size) => desk.sizes.push(size), ...SIGNED_IN }),
  }; // prettier-ignore
  const environment: Partial<Environment> = {
    random: () => 0.5,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    isOnline: () => desk.isOnline,
    tabStorage: storeIn(() => storage),
  };
  const api = {
    async feedback(events: readonly FeedbackEvent[]) {
      const ids = events.map(({ event_id: id }) => id);
      desk.batches.push(ids);
      const why = desk.answer(ids);
      if (why) throw why;
    },
    feedbackAtUnload: (events: readonly FeedbackEvent[]) => desk.unloaded.push(...events.map(({ event_id: id }) => id)) > 0,
  };
  return desk;
}
const all = (desk: Desk): readonly string[] => desk.batches.flat();

describe("feedback", () => {
  it("goes in one batch two seconds after the first event", async () => {
    const desk = aDesk();
    const queue = desk.open();
    queue.add(event(1));
    await pass(1_000);
    queue.add(event(2));
    await pass(999);
    expect(desk.batches).toEqual([]);

    await pass(1);

    expect(desk.batches).toEqual([["e-1", "e-2"]]);
    expect([queue.size, desk.sizes.at(-1)]).toEqual([0, 0]);
  });

  it("goes at once when there are twenty, and never more than a hundred in a batch", async () => {
    const desk = aDesk();
    const queue = desk.open();
    desk.isOnline = false;
    for (let number = 0; number < 230; number++) queue.add(event(number));
    desk.isOnline = true;

    queue.flush();
    await pass();

    expect(desk.batches.map((batch) => batch.length)).toEqual([100, 100, 30]);
    for (let number = 0; number < 20; number++) queue.add(event(1_000 + number));
    await pass();
    expect(desk.batches.length).toBe(4);
  });

  it("is kept while offline and sent once when the connection is back", async () => {
    const desk = aDesk();
    const queue = desk.open();
    desk.isOnline = false;
    queue.add(event(1));
    await pass(60_000);
    expect([desk.batches, queue.size]).toEqual([[], 1]);
    desk.isOnline = true;

    queue.flush();
    queue.flush();
    await pass(60_000);

    expect(desk.batches).toEqual([["e-1"]]);
  });

  it("outlasts a reload", async () => {
    const desk = aDesk();
    const queue = desk.open();
    queue.add(event(1));
    queue.dispose();

    expect(desk.open().size).toBe(1);
    await pass();

    expect(desk.batches).toEqual([["e-1"]]);
    expect(desk.open().size).toBe(0);
  });

  it("of two widgets on a page outlasts a reload, of both", async () => {
    const desk = aDesk();
    const [one, other] = [desk.open(), desk.open()];
    one.add(event(1));
    other.add(event(2));
    one.dispose();
    other.dispose();

    desk.open();
    await pass();

    expect([...all(desk)].sort()).toEqual(["e-1", "e-2"]);
  });

  it("is tried again later and later, as the server wishes, until it is durable", async () => {
    const desk = aDesk();
    const queue = desk.open();
    desk.answer = () => failure("unavailable");
    queue.add(event(1));
    await pass(2_000 + 2_000 + 4_000);
    expect(desk.batches.length).toBe(3);
    desk.answer = () => failure("limited", "rate-limited", 50_000);
    await pass(8_000);
    const { length } = desk.batches;
    desk.answer = () => null;
    await pass(49_000);
    expect(desk.batches.length).toBe(length);

    await pass(1_000);

    expect(queue.size).toBe(0);
    queue.add(event(2));
    await pass(2_000);
    expect(desk.batches.at(-1)).toEqual(["e-2"]);
  });

  it("that the door refuses is given up alone", async () => {
    const desk = aDesk();
    const queue = desk.open();
    desk.answer = (batch) => (batch.includes("e-2") ? failure("refused", "invalid-input") : null);
    for (const number of [1, 2, 3]) queue.add(event(number));

    await pass(2_000);

    expect(queue.size).toBe(0);
    expect(desk.batches).toEqual([["e-1", "e-2", "e-3"], ["e-1"], ["e-2"], ["e-3"]]);
  });

  it("is bounded: what was shown goes first, then what is oldest", async () => {
    const desk = aDesk();
    desk.isOnline = false;
    const queue = desk.open();
    for (let number = 0; number < 10; number++) queue.add(event(number, "shown"));
    for (let number = 10; number < 1_020; number++) queue.add(event(number));

    expect(queue.size).toBe(1_000);
    desk.isOnline = true;
    queue.flush();
    await pass();

    expect(all(desk)[0]).toBe("e-20");
    expect(new Set(all(desk)).size).toBe(1_000);
  });

  it("keeps the newer of what was shown while there is room", async () => {
    const desk = aDesk();
    desk.isOnline = false;
    const queue = desk.open();
    for (let number = 0; number < 1_005; number++) queue.add(event(number, number % 2 ? "sent" : "shown"));
    desk.isOnline = true;

    queue.flush();
    await pass();

    expect(all(desk).slice(0, 7)).toEqual(["e-1", "e-3", "e-5", "e-7", "e-9", "e-10", "e-11"]);
  });

  it("is handed to the browser at unload, and kept until it is known to be durable", async () => {
    const desk = aDesk();
    const queue = desk.open();
    queue.flushAtUnload();
    expect(desk.unloaded).toEqual([]);
    queue.add(event(1));

    queue.flushAtUnload();
    queue.dispose();

    expect(desk.unloaded).toEqual(["e-1"]);
    expect(desk.open().size).toBe(1);
  });

  it("is not lost where the tab keeps nothing", async () => {
    const desk = aDesk();
    const queue = createFeedbackQueue({
      account: "acme", onSize: () => undefined, ...SIGNED_IN, api: { feedback: async (events) => void desk.batches.push(events.map(({ event_id: id }) => id)), feedbackAtUnload: () => true },
      environment: {
        after: (ms: number, run: () => void) => (setTimeout(run, ms), () => undefined), isOnline: () => true,
        tabStorage: storeIn(() => {
          throw new Error("blocked");
        }),
      } as unknown as Environment,
    }); // prettier-ignore
    queue.add(event(1));

    await pass(2_000);

    expect(desk.batches).toEqual([["e-1"]]);
  });
});
