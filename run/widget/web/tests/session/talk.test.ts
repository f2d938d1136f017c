import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../src/api/failure";
import type { Offers } from "../../src/contract";
import { aConversation, aMessage, aResult, aStage, BEGAN, ID, kinds, offersFor, OTHER, PACK, pass, ready, type Stage } from "./stage";

beforeEach(() => vi.useFakeTimers({ now: BEGAN }));
afterEach(() => vi.useRealTimers());

const polls = (stage: Stage): number => stage.api.polls.length;

describe("the conversation", () => {
  it("is polled each 3 s, each second while the agent types or reads, each 15 s in the background", async () => {
    const stage = await ready();
    await pass(30_000);
    expect(polls(stage)).toBe(11);

    stage.type("T");
    await pass(9_000);
    expect(polls(stage)).toBe(20);
    await pass(30_000);
    const open = polls(stage);

    stage.session.actions.tellReading(true);
    await pass(10_000);
    expect(polls(stage) - open).toBe(10);
    stage.session.actions.tellReading(false);
    await pass(3_000);
    stage.isHidden = true;
    stage.change("visibility");
    const hidden = polls(stage);
    await pass(45_000);

    expect(polls(stage) - hidden).toBe(3);
    stage.isHidden = false;
    stage.change("visibility");
    await pass();
    expect(polls(stage) - hidden).toBe(4);
  });

  it("is polled at once for what happened while it was being polled", async () => {
    const stage = await ready();
    let answer: (found: ReturnType<typeof aConversation>) => void = () => undefined;
    stage.api.conversations[ID] = new Promise((resolve) => (answer = resolve));
    await pass(3_000);
    stage.session.pushMessage(aMessage("m-1", "Hello?"));
    const before = polls(stage);

    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    answer(aConversation());
    await pass();

    expect(polls(stage)).toBe(before + 1);
    expect(stage.session.state().conversation?.based_on).toBe(3);
  });

  it("is polled no faster than a slow network answers, however fast the agent types", async () => {
    const stage = await ready();
    const slow = new Promise<ReturnType<typeof aConversation>>(() => undefined);
    stage.api.conversation = async () => (stage.api.polls.push(Date.now()), await new Promise((resolve) => setTimeout(resolve, 2_000)), "same");
    stage.api.conversations[ID] = slow;
    await pass(3_000);
    const before = polls(stage);

    for (let key = 0; key < 60; key++) {
      stage.type("x".repeat(key));
      stage.session.actions.tellReading(key % 2 === 0);
      await pass(200);
    }

    expect(polls(stage) - before).toBeLessThanOrEqual(4);
  });

  it("shows a message that the host knows first, once", async () => {
    const stage = await ready();
    const message = aMessage("m-5", "Are you there?");

    stage.session.pushMessage(message);
    stage.session.pushMessage(message);
    expect(stage.session.state().conversation?.messages.map(({ message_id: id }) => id)).toEqual(["m-0", "m-5"]);
    stage.api.conversations[ID] = aConversation([], { based_on: 3, messages: [aMessage("m-0", "Where?"), message, aMessage("m-6", "Hi")] });
    await pass(3_000);

    expect(stage.session.state().conversation?.messages.map(({ message_id: id }) => id)).toEqual(["m-0", "m-5", "m-6"]);
  });

  it("of another platform id shows nothing of the one before, however late its answers come", async () => {
    const stage = await ready();
    let answer: (offers: Offers) => void = () => undefined;
    stage.api.answer = (id) => (id === ID ? new Promise((resolve) => (answer = resolve)) : offersFor("other"));
    stage.type("Dear Maria, ", "pack");
    await pass();
    stage.api.conversations[OTHER] = aConversation(["Bonjour"], { conversation_id: OTHER });

    stage.session.setConversation({ id: OTHER });
    expect(stage.session.state()).toMatchObject({ conversation: null, offers: null, draft: "", status: "loading" });
    stage.signals.length = 0;
    await pass();
    answer(offersFor("late"));
    await pass();

    expect(stage.session.state()).toMatchObject({ conversation: { conversation_id: OTHER }, offers: { set_id: "other" } });
    expect(stage.signals.filter((one) => one.kind === "pack").map((one) => one.conversationId)).toEqual([OTHER]);
    expect(stage.api.asked.at(-1)!.wanted.draft).toBe("");
  });

  it("among ten is always the one that was chosen last", async () => {
    const stage = aStage();
    const ids = [..."0123456789"].map((digit) => digit.repeat(32));
    for (const [number, id] of ids.entries()) {
      const found = aConversation([`I am ${number}`], { conversation_id: id });
      stage.api.conversations[id] = new Promise((resolve) => setTimeout(() => resolve(found), (10 - number) * 50));
    }
    const wrong: string[] = [];
    let chosen = "";
    stage.session.subscribe(({ conversation, offers }) => {
      if (conversation && conversation.conversation_id !== chosen) wrong.push(conversation.conversation_id);
      if (offers && !offers.set_id.startsWith(`set-${chosen[0]}`)) wrong.push(offers.set_id);
    });

    for (const id of [...ids, ...ids.slice(0, 5)]) {
      chosen = id;
      stage.session.setConversation({ id });
      await pass(30);
    }
    await pass(2_000);

    expect(wrong).toEqual([]);
    expect(stage.session.state().conversation?.conversation_id).toBe(ids[4]);
    expect(stage.signals.filter(({ kind }) => kind === "turn").length).toBe(15 + 1);
  });

  it("stays as it is when it is chosen again", async () => {
    const stage = await ready();
    const before = stage.session.state().conversation;

    stage.session.setConversation({ id: ID });

    expect(stage.session.state().conversation).toBe(before);
  });
});

describe("search", () => {
  it("waits for 200 ms of quiet, and shows what was searched last", async () => {
    const stage = await ready();

    for (const query of ["r", "re", "ref"]) stage.session.actions.search(query);
    expect(stage.session.state().search).toMatchObject({ query: "ref", isBusy: true });
    await pass(199);
    expect(stage.api.calls).toEqual([]);
    await pass(1);

    expect(stage.api.calls).toEqual(["search ref"]);
    expect(stage.session.state().search).toMatchObject({ query: "ref", isBusy: false, found: [{ text: "ref" }] });
  });

  it("drops a late answer, and forgets all when it is emptied", async () => {
    const answers: (() => void)[] = [];
    const search = (query: string) => new Promise<never[]>((resolve) => answers.push(() => resolve([{ id: query, text: query, score: 1, source: "canned", slots: [] }] as never)));
    const stage = await ready({ api: { search } });
    stage.session.actions.search("one");
    await pass(200);
    stage.session.actions.search("two");
    await pass(200);

    answers[1]!();
    await pass();
    answers[0]!();
    await pass();
    expect(stage.session.state().search.found).toMatchObject([{ text: "two" }]);

    stage.session.actions.search("");
    expect(stage.session.state().search).toEqual({ query: "", isBusy: false, found: null });
  });
});

describe("assistants", () => {
  it("are shown without the summary, run once at a time, and keep their result", async () => {
    const stage = await ready();
    expect(stage.session.state().assistants).toMatchObject([{ code: "rewrite", takesText: true, isBusy: false, result: null }]);

    stage.session.actions.runAssistant("rewrite", { text: "hi", option: "formal" });
    stage.session.actions.runAssistant("rewrite", { text: "hi", option: "formal" });
    expect(stage.session.state().assistants[0]).toMatchObject({ isBusy: true });
    await pass();

    expect(stage.api.calls).toEqual(["run rewrite"]);
    expect(stage.session.state().assistants[0]).toMatchObject({ isBusy: false, result: { state: "done", text: "All is well." } });
  });

  it("that fail on the way say so and leave the suggestions alone", async () => {
    const stage = await ready({ api: { runAssistant: () => Promise.reject(failure("unavailable")) } });

    stage.session.actions.runAssistant("rewrite", {});
    await pass();

    expect(stage.session.state().assistants[0]?.result).toMatchObject({ state: "failed", reason: "unavailable" });
    expect(stage.session.state().status).toBe("ready");
  });

  it("that go on at the server are seen in the conversation", async () => {
    const stage = await ready({ api: { runAssistant: async (_, code) => aResult(code, "waiting") } });
    stage.session.actions.runAssistant("rewrite", {});
    await pass();
    expect(stage.session.state().assistants[0]?.result?.state).toBe("waiting");
    stage.api.conversations[ID] = aConversation(["Where is my parcel?"], { assistants: [aResult("rewrite")] });

    await pass(3_000);

    expect(stage.session.state().assistants[0]?.result?.state).toBe("done");
  });
});

describe("the field side", () => {
  it("that comes later is told where things stand", async () => {
    const stage = await ready({ hasField: false });
    const heard: unknown[] = [];

    stage.session.port.onSignal((signal) => heard.push(signal));

    expect(heard).toMatchObject([{ kind: "settings" }, { kind: "turn", conversationId: ID }, { kind: "quiet", isQuiet: false }, { kind: "pack", pack: PACK }]);
  });

  it("that comes later gets no pack of the conversation before", async () => {
    const stage = await ready({ hasField: false });
    stage.session.setConversation({ id: OTHER });
    const heard: string[] = [];

    stage.session.port.onSignal(({ kind }) => heard.push(kind));

    expect(heard).toEqual(["settings", "turn", "quiet"]);
  });

  it("gets no pack of a version that it cannot read", async () => {
    const stage = aStage();
    stage.api.answer = () => offersFor("new", ["One"], { pack: { version: 3 } });
    stage.api.conversations[ID] = aConversation();
    stage.session.setConversation({ id: ID });
    await pass();

    expect(kinds(stage)).not.toContain("pack");
  });

  it("hears of settings, which outlast a reload", async () => {
    const stage = await ready();

    stage.session.actions.configure({ pace: "calm" });

    expect(stage.signals.at(-1)).toMatchObject({ kind: "settings", settings: { pace: "calm", locale: "en" } });
    expect(stage.reload({ locale: "nl" }).session.state().settings).toMatchObject({ pace: "calm", locale: "nl", keymap: { accept: "Tab" } });
  });

  it("hears nothing more after the session is gone", async () => {
    const stage = await ready();
    stage.session.dispose();
    stage.session.dispose();
    const [told, asked] = [stage.signals.length, polls(stage)];

    stage.change("connection");
    stage.type("Some ", "pack");
    await pass(60_000);

    expect([stage.signals.length, polls(stage)]).toEqual([told, asked]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
