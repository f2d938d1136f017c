import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure } from "../../src/api/failure";
import type { AccountCapabilities } from "../../src/contract";
import { aConversation, aMessage, aResult, aStage, BEGAN, ID, offersFor, pass, ready, type Stage } from "./stage";

beforeEach(() => vi.useFakeTimers({ now: BEGAN }));
afterEach(() => vi.useRealTimers());

const status = (stage: Stage): string => stage.session.state().status;

describe("the status", () => {
  it("is idle without a conversation", async () => {
    const stage = aStage();
    await pass();

    expect(status(stage)).toBe("idle");
    expect(stage.api.polls).toEqual([]);
  });

  it("is loading until it is known what the account has", async () => {
    let answered = (_: AccountCapabilities): void => undefined;
    const known = new Promise<AccountCapabilities>((resolve) => (answered = resolve));
    const stage = await ready({ api: { capabilities: () => known } });
    expect(status(stage)).toBe("loading");

    answered(await aStage().api.capabilities());
    await pass();

    expect(status(stage)).toBe("ready");
  });

  it("is ready with suggestions, and empty without", async () => {
    const stage = await ready();
    expect(status(stage)).toBe("ready");

    stage.api.answer = () => offersFor("none", []);
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    await pass(3_000);

    expect(status(stage)).toBe("empty");
  });

  it("is empty once all suggestions are dismissed", async () => {
    const stage = await ready();

    for (const { id } of stage.session.state().offers!.suggestions) stage.session.actions.dismiss(id);

    expect(status(stage)).toBe("empty");
  });

  it("is loading with a skeleton only after 300 ms, and keeps the old list meanwhile", async () => {
    const stage = aStage();
    stage.api.conversations[ID] = aConversation();
    stage.api.answer = () => new Promise((resolve) => setTimeout(() => resolve(offersFor("slow")), 1_500));
    stage.session.setConversation({ id: ID });
    await pass(299);
    expect([status(stage), stage.session.state().isSlow]).toEqual(["loading", false]);
    await pass(1);
    expect(stage.session.state().isSlow).toBe(true);
    expect(stage.said()).toEqual([]);
    await pass(1_200);
    expect(stage.said()).toEqual(["loading", "suggestions 3"]);
    expect(status(stage)).toBe("ready");

    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    await pass(2_000);

    expect(stage.session.state()).toMatchObject({ status: "loading", isSlow: false, offers: { set_id: "slow" } });
  });

  it("is error with growing waits, keeps the list, and recovers by itself", async () => {
    const stage = await ready();
    stage.api.down = failure("unavailable");
    await pass(3_000);
    expect(stage.session.state()).toMatchObject({ status: "error", retryAt: BEGAN + 5_000, offers: { suggestions: [{}, {}, {}] } });
    expect(stage.said()).toEqual(["suggestions 3", "error"]);

    await pass(2_000 + 4_000 + 8_000 + 30_000);
    const tries = stage.api.polls.slice(1); // after the first, at 0
    expect(tries.map((at, number) => at - (tries[number - 1] ?? 0))).toEqual([3_000, 2_000, 4_000, 8_000, 30_000]);
    expect(stage.said()).toEqual(["suggestions 3", "error"]);

    stage.api.down = null;
    await pass(30_000);
    expect(status(stage)).toBe("ready");
    stage.api.down = failure("unavailable");
    await pass(3_000);
    expect(stage.session.state().retryAt).toBe(Date.now() + 2_000); // from the beginning
  });

  it("tries again at once when the agent asks", async () => {
    const stage = await ready();
    stage.api.down = failure("unavailable");
    await pass(3_000);
    stage.api.down = null;

    stage.session.actions.retry();
    await pass();

    expect(status(stage)).toBe("ready");
  });

  it("is error when suggestions alone fail, and asks for them again", async () => {
    const stage = aStage();
    stage.api.conversations[ID] = aConversation();
    stage.api.answer = () => failure("unavailable");
    stage.session.setConversation({ id: ID });
    await pass();
    expect(status(stage)).toBe("error");
    stage.api.answer = () => offersFor("late");

    await pass(2_000);

    expect(stage.session.state()).toMatchObject({ status: "ready", offers: { set_id: "late" }, retryAt: null });
  });

  it("is limited for as long as the server says", async () => {
    const stage = await ready();
    stage.api.answer = () => failure("limited", "rate-limited", 20_000);
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    await pass(3_000);
    expect(stage.session.state()).toMatchObject({ status: "limited", retryAt: BEGAN + 23_000 });
    const asked = stage.api.asked.length;

    await pass(19_000);
    expect(stage.api.asked.length).toBe(asked);
    await pass(1_000);
    expect(stage.api.asked.length).toBe(asked + 1);
  });

  it("is offline without a connection and back with it, asking nothing meanwhile", async () => {
    const stage = await ready();
    stage.isOnline = false;
    stage.change("connection");
    expect(status(stage)).toBe("offline");
    const polls = stage.api.polls.length;
    await pass(60_000);
    expect(stage.api.polls.length).toBe(polls);

    stage.isOnline = true;
    stage.change("connection");
    await pass();

    expect(status(stage)).toBe("ready");
    expect(stage.api.polls.length).toBe(polls + 1);
    await pass(3_000);
    expect(stage.api.polls.length).toBe(polls + 2);
  });

  it("is expired until the agent signs in, and keeps the draft", async () => {
    const stage = await ready();
    stage.type("Thank");
    stage.api.down = failure("expired");
    await pass(3_000);
    expect(status(stage)).toBe("expired");
    const polls = stage.api.polls.length;
    await pass(60_000);
    expect(stage.api.polls.length).toBe(polls);
    stage.api.down = null;

    stage.session.actions.signIn();
    await pass();

    expect(stage.session.state()).toMatchObject({ status: "ready", draft: "Thank" });
    expect(stage.said()).toContain("expired");
  });

  it("is expired also for feedback, which asks for no token behind the agent's back and goes when they sign in", async () => {
    const stage = await ready();
    const feedback = vi.spyOn(stage.api, "feedback");
    await pass(3_000);
    stage.api.down = failure("expired");
    stage.session.actions.rate("set-a-1-One", "up");
    await pass(3_000);
    expect(status(stage)).toBe("expired");
    const attempts = feedback.mock.calls.length;

    await pass(300_000);
    stage.change("visibility");
    await pass(5_000);

    expect(feedback.mock.calls.length).toBe(attempts);
    stage.api.down = null;
    stage.session.actions.signIn();
    await pass();
    expect(stage.fed().map(({ kind }) => kind)).toContain("rated");
  });

  it("is orphaned for good when the extension was updated", async () => {
    const stage = await ready();
    stage.api.down = failure("orphaned");
    await pass(3_000);
    stage.api.down = null;

    stage.session.actions.retry();
    await pass(60_000);

    expect(status(stage)).toBe("orphaned");
  });

  it("is off where the account has no widget, or nothing for it", async () => {
    const nothing = await ready({ capabilities: { features: [] } });
    const refused = aStage({ api: { capabilities: () => Promise.reject(failure("refused", "account-suspended")) } });
    await pass();

    expect([status(nothing), status(refused)]).toEqual(["off", "off"]);
    expect(nothing.api.asked).toEqual([]);
  });

  it("hides what the account has not, and never asks for it", async () => {
    const stage = await ready({ capabilities: { features: ["completion", "conversation"] } });

    stage.session.actions.search("refund");
    await pass(1_000);

    const { offers, assistants, search, features } = stage.session.state();
    expect([offers?.suggestions, assistants, search.found, features.has("search")]).toEqual([[], [], null, false]);
    expect(stage.api.calls).toEqual([]);
    expect(status(stage)).toBe("ready");
  });

  it("is empty before the conversation's first event, then follows it", async () => {
    const stage = aStage();
    stage.session.setConversation({ platform: "custom", platformId: "p-1" });
    await pass();
    expect(status(stage)).toBe("empty");
    stage.api.conversations["p-1"] = aConversation();

    await pass(3_000);

    expect(status(stage)).toBe("ready");
    expect(stage.signals).toContainEqual({ kind: "turn", conversationId: ID });
  });
});

describe("a pause", () => {
  it("asks nothing, survives a reload, and ends by itself", async () => {
    const stage = await ready();
    stage.session.actions.pause(30);
    expect(stage.session.state()).toMatchObject({ status: "paused", pausedUntil: BEGAN + 1_800_000 });

    const after = stage.reload();
    after.api.conversations[ID] = aConversation();
    after.session.setConversation({ id: ID });
    await pass(1_700_000);
    expect([status(after), after.api.polls, after.api.asked]).toEqual(["paused", [], []]);
    await pass(100_000);

    expect(status(after)).toBe("ready");
    expect(after.reload().session.state().pausedUntil).toBeNull();
  });

  it("ends when the agent says so", async () => {
    const stage = await ready();
    stage.session.actions.pause(30);
    expect(stage.signals.at(-1)).toEqual({ kind: "quiet", isQuiet: true });

    stage.session.actions.resume();
    await pass();

    expect(status(stage)).toBe("ready");
    expect(stage.signals).toContainEqual({ kind: "quiet", isQuiet: false });
  });

  it("is offered to an agent who is bothered", async () => {
    const stage = await ready();

    stage.tell({ kind: "bothered" });

    expect(stage.session.state().notice).toEqual({ kind: "offer-pause" });
  });
});

describe("the end", () => {
  const ended = (assistants: readonly ReturnType<typeof aResult>[] = []) => aConversation(["Bye"], { status: "ended", assistants });

  it("waits for the summary, tells when it is there, and soon polls no more", async () => {
    const stage = await ready();
    stage.session.end();
    expect(stage.session.state()).toMatchObject({ status: "ended", summary: { state: "waiting" } });
    stage.api.conversations[ID] = ended();
    await pass(3_000);
    expect(stage.session.state().summary?.state).toBe("waiting");
    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(3_000);
    expect(stage.session.state().summary).toMatchObject({ state: "draft", result: { text: "All is well." } });
    expect(stage.said().at(-1)).toBe("summary");

    const polls = stage.api.polls.length;
    await pass(120_000);

    expect(stage.api.polls.length).toBe(polls + 4);
  });

  it("shows the summary that a message which came late has made", async () => {
    const stage = await ready();
    stage.api.conversations[ID] = ended([aResult("summarizer", "skipped")]);
    await pass(3_000);
    expect(stage.session.state().summary).toMatchObject({ state: "draft", result: { text: "" } });

    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(15_000);

    expect(stage.session.state().summary).toMatchObject({ state: "draft", result: { text: "All is well." } });
  });

  it("keeps what the agent makes of the summary, and marks it unsaved until then", async () => {
    const stage = await ready();
    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(3_000);
    stage.session.actions.editSummary("All was well.");
    expect(stage.session.state().summary).toMatchObject({ state: "draft", edited: "All was well." });

    stage.session.actions.saveSummary();
    expect(stage.session.state().summary?.state).toBe("saving");
    await pass();

    expect(stage.api.calls).toEqual(["keep All was well."]);
    expect(stage.session.state().summary).toMatchObject({ state: "saved", edited: null, result: { final_text: "All was well." } });
  });

  it("says that a summary could not be saved, and keeps its text", async () => {
    const stage = await ready({ api: { keepFinalText: () => Promise.reject(failure("unavailable")) } });
    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(3_000);
    stage.session.actions.editSummary("Mine");

    stage.session.actions.saveSummary();
    await pass();

    expect(stage.session.state().summary).toMatchObject({ state: "failed", edited: "Mine" });
  });

  it("warns of a summary left unsaved, and has it back on return", async () => {
    const stage = await ready();
    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(3_000);
    stage.session.actions.editSummary("Mine");

    stage.session.setConversation(null);
    expect(stage.session.state()).toMatchObject({ notice: { kind: "unsaved-summary" }, summary: null });
    stage.session.setConversation({ id: ID });
    await pass();

    expect(stage.session.state().summary).toMatchObject({ edited: "Mine", state: "draft" });
  });

  it("keeps what the agent writes while the summary is being saved", async () => {
    const stage = await ready();
    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(3_000);
    stage.session.actions.editSummary("Mine");
    stage.session.actions.saveSummary();

    stage.session.actions.editSummary("Mine, and more");
    await pass();

    expect(stage.session.state().summary).toMatchObject({ state: "draft", edited: "Mine, and more" });
  });

  it("that the host tells of holds while the server has not heard of it", async () => {
    const stage = await ready();
    stage.session.end();
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Bye"]);

    await pass(3_000);

    expect(stage.session.state()).toMatchObject({ status: "ended", conversation: { based_on: 3 } });
  });

  it("is over when the conversation goes on", async () => {
    const stage = await ready();
    stage.api.conversations[ID] = ended([aResult("summarizer")]);
    await pass(3_000);
    stage.api.conversations[ID] = aConversation(["Bye", "One more thing"]);

    stage.session.pushMessage(aMessage("m-1", "One more thing"));
    await pass();

    expect(stage.session.state()).toMatchObject({ status: "ready", summary: null });
  });

  it("asks for no more suggestions", async () => {
    const stage = await ready();
    const asked = stage.api.asked.length;
    stage.api.conversations[ID] = ended([aResult("summarizer")]);

    await pass(3_000);
    stage.type("And", "pack");
    await pass();

    expect(stage.api.asked.length).toBe(asked);
    expect(stage.signals).toContainEqual({ kind: "quiet", isQuiet: true });
  });
});
