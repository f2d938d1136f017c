import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../src/api/failure";
import { remoteApi, serveApi, type Channel } from "../../src/api/remote";
import type { Api, Disconnect } from "../../src/contract";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Two ends that pass on what JSON can say, as a port of an extension does. */
function aChannel(): { readonly page: Channel; readonly worker: Channel; isGone: boolean; isDeaf: boolean } {
  const ends = [new Set<(message: unknown) => void>(), new Set<(message: unknown) => void>()] as const;
  const end = (mine: 0 | 1, other: 0 | 1): Channel => ({
    post(message) {
      if (wire.isGone) throw new Error("Extension context invalidated.");
      const text = JSON.stringify(message);
      if (!wire.isDeaf) queueMicrotask(() => ends[other].forEach((listener) => listener(JSON.parse(text))));
    },
    onMessage(listener): Disconnect {
      ends[mine].add(listener);
      return () => ends[mine].delete(listener);
    },
  });
  const wire = { page: end(0, 1), worker: end(1, 0), isGone: false, isDeaf: false };
  return wire;
}

const api = (methods: Partial<Api>): Api => methods as Api;
const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("an Api over a channel", () => {
  it("passes each call and its answer", async () => {
    const calls: unknown[][] = [];
    const told = (...args: unknown[]): Promise<never> => (calls.push(args.filter((one) => !(one instanceof AbortSignal))), Promise.resolve(args.length as never));
    const wire = aChannel();
    serveApi(api({ capabilities: told, conversation: told, suggest: told, search: told, runAssistant: told, keepFinalText: told, feedback: told, feedbackAtUnload: (events) => (calls.push([events]), true) }), wire.worker);
    const remote = remoteApi(wire.page);
    const wanted = { draft: "Hi", cursor: 2, language: null, pack_based_on: null, wants_pack: true };

    const answers = await Promise.all([
      remote.capabilities(), remote.conversation({ id: "c" }, null), remote.suggest("c", wanted), remote.search("q", "nl"),
      remote.runAssistant("c", "rewrite", { text: "x" }), remote.keepFinalText("c", "summarizer", "t"), remote.feedback([]),
    ]); // prettier-ignore
    expect(remote.feedbackAtUnload([])).toBe(true);
    await pass();

    expect(calls).toEqual([[], [{ id: "c" }, null], ["c", wanted], ["q", "nl"], ["c", "rewrite", { text: "x" }], ["c", "summarizer", "t"], [[]], [[]]]);
    expect(answers).toEqual([1, 3, 3, 3, 4, 3, 1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keeps what a Failure says", async () => {
    const wire = aChannel();
    serveApi(api({ capabilities: () => Promise.reject(failure("limited", "rate-limited", 7_000)), search: () => Promise.reject(new TypeError("bug")) }), wire.worker);
    const remote = remoteApi(wire.page);

    const why = await remote.capabilities().catch((error: unknown) => error);

    expect(why).toBeInstanceOf(Error);
    expect(why).toMatchObject({ kind: "limited", message: "rate-limited", retryAfterMs: 7_000 });
    await expect(remote.search("q", null)).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("gives up a call at both ends", async () => {
    const wire = aChannel();
    let seen: AbortSignal | undefined;
    serveApi(api({ capabilities: (signal) => ((seen = signal), new Promise(() => undefined)) }), wire.worker);
    const controller = new AbortController();
    const call = remoteApi(wire.page).capabilities(controller.signal).catch((error: unknown) => error);
    await pass();

    controller.abort();

    expect(await call).toMatchObject({ kind: "aborted" });
    await pass();
    expect(seen?.aborted).toBe(true);
  });

  it("is orphaned once the extension was updated", async () => {
    const wire = aChannel();
    const remote = remoteApi(wire.page);
    wire.isGone = true;

    await expect(remote.capabilities()).rejects.toMatchObject({ kind: "orphaned" });
    expect(remote.feedbackAtUnload([])).toBe(false);
  });

  it("does not wait for ever for a worker that fell asleep", async () => {
    const wire = aChannel();
    wire.isDeaf = true;
    const call = remoteApi(wire.page).capabilities().catch((error: unknown) => error);

    await pass(20_000);

    expect(await call).toMatchObject({ kind: "unavailable" });
  });

  it("serves nothing that is no call of the Api, and survives what makes no sense", async () => {
    const wire = aChannel();
    const dispose = vi.fn();
    serveApi(api({ dispose, capabilities: () => Promise.resolve("fine" as never) }), wire.worker);

    for (const name of ["dispose", "constructor", "__proto__", "toString"]) wire.page.post({ id: 1, name, args: [] });
    for (const nonsense of [null, 7, "text", {}, { id: 1, name: "search" }]) wire.page.post(nonsense);
    await pass();

    expect(dispose).not.toHaveBeenCalled();
    expect(await remoteApi(wire.page).capabilities()).toBe("fine");
  });

  it("stops at either end", async () => {
    const wire = aChannel();
    let seen: AbortSignal | undefined;
    const stop = serveApi(api({ capabilities: (signal) => ((seen = signal), new Promise(() => undefined)) }), wire.worker);
    const remote = remoteApi(wire.page);
    const call = remote.capabilities().catch((error: unknown) => error);
    await pass();

    stop();
    remote.dispose();

    expect(seen?.aborted).toBe(true);
    expect(await call).toMatchObject({ kind: "aborted" });
    expect(vi.getTimerCount()).toBe(0);
  });
});
