import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../src/api/failure";
import type { Offers } from "../../src/contract";
import { aConversation, aMessage, aStage, BEGAN, ID, kinds, offersFor, pass, ready } from "./stage";

beforeEach(() => vi.useFakeTimers({ now: BEGAN }));
afterEach(() => vi.useRealTimers());

describe("suggestions", () => {
  it("are asked for once a turn, with the pack that is at hand", async () => {
    const stage = await ready();
    await pass(9_000);
    expect(stage.api.asked.map(({ wanted }) => wanted.pack_based_on)).toEqual([null]);
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);

    await pass(3_000);

    expect(stage.api.asked.map(({ wanted }) => wanted.pack_based_on)).toEqual([null, 2]);
    expect(stage.session.state().latencyMs).toBe(0);
  });

  it("are announced once a turn of the customer, however the list changes", async () => {
    const stage = await ready();
    stage.type("We ", "pack");
    await pass();
    const answered = aMessage("m-1", "On its way", { role: "agent" });
    stage.api.conversations[ID] = aConversation([], { based_on: 3, messages: [aMessage("m-0", "Where is my parcel?"), answered] });
    await pass(3_000);
    expect(stage.said()).toEqual(["suggestions 3"]);

    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"], { based_on: 9 });
    await pass(3_000);

    expect(stage.said()).toEqual(["suggestions 3", "suggestions 3"]);
  });

  it("that the service had no time for are asked for again, and not for ever", async () => {
    const stage = aStage();
    stage.api.conversations[ID] = aConversation();
    stage.api.answer = () => offersFor("late", stage.api.asked.length > 1 ? ["One"] : [], { degraded: stage.api.asked.length < 9 });

    stage.session.setConversation({ id: ID });
    await pass(999);
    expect(stage.session.state().status).toBe("empty");
    await pass(1);
    expect(stage.session.state().offers?.suggestions.map(({ text }) => text)).toEqual(["One"]);
    await pass(30_000);

    expect(stage.api.asked).toHaveLength(3);
  });

  it("are never said with speech off", async () => {
    const stage = await ready({ settings: { speech: "off" } });

    stage.tell({ kind: "announce", text: "patience", isGhost: true });

    expect(stage.said()).toEqual([]);
  });

  it("stay while the agent types what none of them begins with", async () => {
    const stage = await ready();
    stage.api.answer = () => offersFor("typed", []);

    stage.type("Zebra ", "pack");
    await pass();

    expect(stage.session.state().offers?.suggestions.length).toBe(3);
    expect(stage.session.state().status).toBe("ready");
  });

  it("are asked for twice more when the service has not read the last message yet", async () => {
    const stage = await ready();
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    await pass(3_000 + 10_000);

    expect(stage.api.asked.map(({ id }) => id)).toEqual([ID, ID, ID, ID]); // first turn, second turn, and twice again: it said 2 for 3
  });
});

describe("a draft", () => {
  it("that the pack foresees asks nothing", async () => {
    const stage = await ready();

    for (const text of ["T", "Th", "Tha"]) stage.type(text);
    await pass(1_000);

    expect(stage.api.asked.length).toBe(1);
    expect(stage.session.state().draft).toBe("Tha");
  });

  it("is nothing new to see at each key, and is once the agent rests", async () => {
    const stage = await ready();
    await pass(500);
    const seen: string[] = [];
    stage.session.subscribe(({ draft }) => void seen.push(draft));

    for (const text of ["T", "Th", "Tha", "Than"]) {
      stage.type(text);
      await pass(40);
    }
    expect(seen).toEqual([]);
    await pass(150);

    expect(seen).toEqual(["Than"]);
  });

  it("that left the pack asks for one, once for the same whole words", async () => {
    const stage = await ready();

    for (const text of ["Some ", "Some o", "Some ot", "Some oth"]) stage.type(text, "pack");
    await pass();
    stage.type("Some other ", "pack");
    await pass();

    expect(stage.api.asked.slice(1).map(({ wanted }) => [wanted.draft, wanted.wants_pack])).toEqual([["Some ", true], ["Some other ", true]]);
    expect(kinds(stage).filter((kind) => kind === "pack").length).toBe(3);
  });

  it("that left the pack within a word asks again, once for the same letters", async () => {
    const stage = await ready();

    for (const text of ["Some ", "Some o", "Some ot", "Some o", "Some a", "Some a"]) {
      stage.type(text, "pack");
      await pass();
    }

    expect(stage.api.asked.slice(1).map(({ wanted }) => wanted.draft)).toEqual(["Some ", "Some o", "Some a"]);
  });

  it("for which the agent asks is answered with the server's own completion of it", async () => {
    const stage = await ready();
    const completion = { id: "c", text: "k you", replace: [4, 4], score: 0.9, source: "model" } as const;
    stage.api.answer = () => offersFor("typed", ["One"], { completion, pack: null });

    stage.type("Than", "now");
    await pass();

    expect(stage.signals.at(-1)).toMatchObject({ kind: "completion", conversationId: ID, draft: "Than", completion });
  });

  it("aborts the request before it, whose answer is dropped", async () => {
    const stage = await ready();
    const answers: ((offers: Offers) => void)[] = [];
    stage.api.answer = () => new Promise((resolve) => answers.push(resolve));
    stage.type("Some ", "pack");
    stage.type("Some other ", "pack");
    await pass();
    stage.signals.length = 0;

    answers[1]!(offersFor("second"));
    await pass();
    answers[0]!(offersFor("first"));
    await pass();

    expect(stage.api.asked.map(({ signal }) => signal?.aborted)).toEqual([false, true, false]);
    expect(stage.signals.filter(({ kind }) => kind === "pack").map((one) => "about" in one && one.about.setId)).toEqual(["second"]);
    expect(stage.session.state().offers?.set_id).toBe("second");
  });

  it("is sent as its last 300 characters without card numbers, and its pack fits the whole", async () => {
    const stage = await ready();
    const text = `${"before ".repeat(60)}card 4111 1111 1111 1111 and `;

    stage.type(text, "pack");
    await pass();

    const { wanted } = stage.api.asked.at(-1)!;
    expect(wanted.draft).toMatch(/ card 0000 0000 0000 0000 and $/);
    expect(wanted.draft.length).toBeLessThanOrEqual(300);
    expect(wanted.cursor).toBe(wanted.draft.length);
    const pack = stage.signals.filter((one) => one.kind === "pack").at(-1)!;
    expect(pack.pack["after"]).toEqual(text.trim().split(" "));
  });

  it("asks nothing while the service is down, and goes on when it is back", async () => {
    const stage = await ready();
    stage.api.answer = () => failure("unavailable");
    stage.type("Some ", "pack");
    await pass();
    const asked = stage.api.asked.length;
    stage.type("Some other ", "pack");
    await pass();
    expect(stage.api.asked.length).toBe(asked);
    expect(stage.session.state().status).toBe("error");
    stage.api.answer = () => offersFor("back");

    await pass(2_000);

    expect(stage.session.state().status).toBe("ready");
    expect(stage.api.asked.at(-1)!.wanted).toMatchObject({ draft: "Some other ", wants_pack: true });
  });
});
