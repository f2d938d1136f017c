import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FeedbackEvent, SentRecord, Signal } from "../../src/contract";
import { connectComposer } from "../../src/session/host_composer";
import { aConversation, aStage, BEGAN, ID, offersFor, OTHER, pass, ready, type Stage } from "./stage";

beforeEach(() => vi.useFakeTimers({ now: BEGAN }));
afterEach(() => vi.useRealTimers());

/** What was fed back, once the queue had its time. */
async function fed(stage: Stage): Promise<readonly FeedbackEvent[]> {
  await pass(2_000);
  return stage.fed();
}
const kindsOf = async (stage: Stage): Promise<readonly string[]> => (await fed(stage)).map(({ kind }) => kind);
const inserts = (stage: Stage): readonly Extract<Signal, { kind: "insert" }>[] => stage.signals.filter((one) => one.kind === "insert");
const SENT: SentRecord = { augmentation_types: ["FREEHAND"], key_count: 10, sent_character_count: 40, saved_keystroke_count: 30, set_id: null, suggestion_id: null };

describe("a set of suggestions", () => {
  it("counts as shown once, with its model", async () => {
    const stage = await ready();
    stage.session.actions.configure({ pace: "calm" });
    await pass(10_000);

    expect(await fed(stage)).toEqual([
      { kind: "shown", set_id: "set-a-1", model_version: "v1", settings_version: "s1", event_id: "id-1", conversation_id: ID, occurred_at: "2026-11-23T10:00:00.000Z" },
    ]);
  });

  it("is not shown by a hidden page until it is seen, and never while paused or when empty", async () => {
    const stage = aStage();
    stage.isHidden = true;
    stage.api.conversations[ID] = aConversation();
    stage.session.setConversation({ id: ID });
    await pass();
    expect(await kindsOf(stage)).toEqual([]);

    stage.isHidden = false;
    stage.change("visibility");
    expect(await kindsOf(stage)).toEqual(["shown"]);

    stage.api.answer = () => offersFor("none", []);
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    expect(await kindsOf(stage)).toEqual(["shown"]);
  });

  it("that came while the agent paused is not shown", async () => {
    const stage = aStage();
    stage.api.conversations[ID] = aConversation();
    stage.api.answer = () => new Promise((resolve) => setTimeout(() => resolve(offersFor("late")), 100));
    stage.session.setConversation({ id: ID });
    await pass();
    stage.session.actions.pause(30);
    await pass(100);

    expect(await kindsOf(stage)).toEqual([]);
    expect(stage.session.state().offers?.set_id).toBe("late");
  });

  it("of which nothing was used when a message is sent was ignored", async () => {
    const stage = await ready();

    stage.tell({ kind: "sent", record: SENT });

    stage.tell({ kind: "sent", record: SENT });
    const [, sent, ignored, ...rest] = await fed(stage);
    expect(rest.map(({ kind }) => kind)).toEqual(["sent"]); // once ignored is enough
    expect(sent).toMatchObject({ kind: "sent", key_count: 10, model_version: "v1" });
    expect(ignored).toMatchObject({ kind: "ignored", set_id: "set-a-1", model_version: "v1" });
    expect(Object.keys(ignored!)).not.toContain("key_count");
  });

  it.each(["inserted", "copied", "completed", "named in the record"])("that was %s was not ignored", async (how) => {
    const stage = await ready();
    const { id, text } = stage.session.state().offers!.suggestions[1]!;
    if (how === "inserted") {
      stage.session.actions.insert(text, "suggestion", id);
      stage.tell({ kind: "inserted", id: inserts(stage)[0]!.id, isConfirmed: true });
    }
    if (how === "copied") stage.session.actions.copy(text, id);
    if (how === "completed") stage.tell({ kind: "feedback", event: { kind: "accepted", set_id: "set-a-1", source: "model" } });
    await pass();

    stage.tell({ kind: "sent", record: { ...SENT, set_id: how === "named in the record" ? "set-a-1" : null } });

    expect(await kindsOf(stage)).not.toContain("ignored");
  });

  it("of the conversation before is neither used nor ignored by a message in another", async () => {
    const stage = await ready();
    stage.session.setConversation({ id: OTHER });

    stage.tell({ kind: "sent", record: SENT });

    const events = await fed(stage);
    expect(events.map(({ kind, conversation_id: id }) => [kind, id])).toEqual([["shown", ID], ["sent", OTHER]]);
    expect(events[1]).not.toHaveProperty("set_id", "set-a-1");
  });
});

describe("a message that was sent", () => {
  it("tells how long the agent looked at it after the last key, and adds to what was saved", async () => {
    const stage = await ready();
    stage.type("Thanks");
    await pass(1_500);

    stage.tell({ kind: "sent", record: SENT });
    stage.tell({ kind: "sent", record: SENT });

    expect(stage.session.state().saved).toEqual({ keys: 60, characters: 80, messages: 2 });
    const sent = (await fed(stage)).filter(({ kind }) => kind === "sent");
    expect(sent.map((one) => one.dwell_time_ms)).toEqual([1_500, undefined]);
  });

  it("has whole numbers, as the API takes them", async () => {
    const stage = await ready();

    stage.tell({ kind: "sent", record: { ...SENT, crafting_time_ms: 1234.56 } });

    expect((await fed(stage))[1]).toMatchObject({ crafting_time_ms: 1235 });
  });

  it("carries no text of the draft, the suggestion or the search", async () => {
    const stage = await ready();
    stage.type("secret words");
    stage.session.actions.search("secret query");
    await pass(200);
    stage.session.actions.insert("secret reply", "search", stage.session.state().search.found![0]!.id.slice(0, 1));
    stage.session.actions.dismiss(stage.session.state().offers!.suggestions[0]!.id);

    stage.tell({ kind: "sent", record: SENT });

    const { size } = new Set(await kindsOf(stage));
    expect(size).toBeGreaterThan(2);
    expect(JSON.stringify(stage.fed())).not.toContain("secret");
  });
});

describe("inserting", () => {
  it("is accepted once the field confirms it, with its place in the list", async () => {
    const stage = await ready();
    const { id, text } = stage.session.state().offers!.suggestions[1]!;

    stage.session.actions.insert(text, "suggestion", id);
    expect(inserts(stage)).toEqual([
      { kind: "insert", id: 1, text, how: "suggestion", about: { setId: "set-a-1", modelVersion: "v1", settingsVersion: "s1", suggestionId: id } },
    ]);
    expect(stage.session.state().queuedFeedback).toBe(1); // that it was shown
    stage.tell({ kind: "inserted", id: 1, isConfirmed: true });
    stage.tell({ kind: "inserted", id: 1, isConfirmed: true });

    expect((await fed(stage)).slice(1)).toMatchObject([{ kind: "accepted", suggestion_id: id, position: 1, source: "model", set_id: "set-a-1" }]);
    expect(stage.clipboard).toEqual([]);
  });

  it.each([
    ["the field says no", (stage: Stage) => stage.tell({ kind: "inserted", id: 1, isConfirmed: false })],
    ["the field says nothing", () => pass(2_000)],
  ])("goes to the clipboard when %s, and says so for a while", async (_, act) => {
    const stage = await ready();
    const { id } = stage.session.state().offers!.suggestions[0]!;
    stage.session.actions.insert("One", "suggestion", id);

    await act(stage);
    await pass();

    expect(stage.clipboard).toEqual(["One"]);
    expect(stage.session.state().notice).toEqual({ kind: "copied" });
    stage.tell({ kind: "inserted", id: 1, isConfirmed: true }); // too late: it is copied
    expect(await kindsOf(stage)).toEqual(["shown", "copied"]);
    await pass(6_000);
    expect(stage.session.state().notice).toBeNull();
  });

  it("goes to the clipboard at once where nothing can insert", async () => {
    const stage = await ready({ host: { insert: false, ghost: false } });

    stage.session.actions.insert("One", "suggestion", null);
    await pass();

    expect([stage.clipboard, stage.session.state().notice, inserts(stage)]).toEqual([["One"], { kind: "copied" }, []]);
  });

  it("says when not even the clipboard takes it", async () => {
    const stage = await ready({ host: { insert: false, ghost: false, copy: false } });

    stage.session.actions.insert("One", "suggestion", null);
    await pass();

    expect(stage.session.state().notice).toEqual({ kind: "copy-failed" });
    expect(await kindsOf(stage)).toEqual(["shown"]);
  });

  it("is done by the host where it has the composer", async () => {
    const stage = await ready({ hasField: false });
    const put: string[] = [];
    connectComposer(stage.session.port, async (text) => put.push(text) === 1);
    const { id } = stage.session.state().offers!.suggestions[0]!;

    stage.session.actions.insert("One", "suggestion", id);
    await pass();
    stage.session.actions.insert("Two", "suggestion", id);
    await pass();

    expect([put, stage.clipboard]).toEqual([["One", "Two"], ["Two"]]);
  });

  it.each([
    ["One", { augmentation_types: ["AUTOSUGGEST"], edit_count: 0, sent_character_count: 3 }],
    ["One, dear", { augmentation_types: ["AUTOSUGGEST", "FREEHAND"], edit_count: 0, sent_character_count: 9 }],
    ["Once 💛", { augmentation_types: ["AUTOSUGGEST", "FREEHAND"], edit_count: 1, sent_character_count: 6 }],
  ])("by the host is in the record of the message that it says was sent: %s", async (text, expected) => {
    const stage = await ready({ hasField: false });
    const composer = connectComposer(stage.session.port, async () => true);
    const { id } = stage.session.state().offers!.suggestions[0]!;
    stage.session.actions.insert("One", "suggestion", id);
    await pass();

    composer.sent(text);
    composer.sent("Bye");

    const [first, second] = (await fed(stage)).filter(({ kind }) => kind === "sent");
    expect(first).toMatchObject({ ...expected, set_id: "set-a-1", suggestion_id: id });
    expect(first).not.toHaveProperty("key_count");
    expect(second).toMatchObject({ augmentation_types: ["FREEHAND"], edit_count: 0, sent_character_count: 3 });
  });

  it("by the host is forgotten with its conversation", async () => {
    const stage = await ready({ hasField: false });
    const composer = connectComposer(stage.session.port, async () => true);
    stage.session.actions.insert("One", "suggestion", null);
    await pass();
    stage.api.conversations[OTHER] = aConversation(["Hi"], { conversation_id: OTHER });
    stage.session.setConversation({ id: OTHER });
    await pass();

    composer.sent("One");

    const [sent] = (await fed(stage)).filter(({ kind }) => kind === "sent");
    expect(sent).toMatchObject({ conversation_id: OTHER, augmentation_types: ["FREEHAND"] });
  });

  it("by a key takes the suggestion of that number as it is seen", async () => {
    const stage = await ready();
    const commands: unknown[] = [];
    stage.session.onCommand((command) => commands.push(command));
    stage.session.actions.dismiss(stage.session.state().offers!.suggestions[0]!.id);

    for (const number of [1, 9]) stage.tell({ kind: "command", command: { name: "insert-suggestion", number } });
    stage.tell({ kind: "command", command: { name: "focus-panel" } });

    expect(inserts(stage).map(({ text }) => text)).toEqual(["Two"]);
    expect(commands.at(-1)).toEqual({ name: "focus-panel" });
  });
});

describe("in the panel", () => {
  it("what the agent rates, dismisses, copies and opens is told by ids", async () => {
    const stage = await ready();
    stage.api.answer = () => offersFor("set-2", ["One"], { links: [{ url: "https://example.com/secret", title: "T", score: 1 }] });
    stage.api.conversations[ID] = aConversation(["Where is my parcel?", "Hello?"]);
    await pass(3_000);
    const { actions } = stage.session;

    actions.rate("set-2-One", "up");
    actions.copy("One", "set-2-One");
    actions.openedLink("https://example.com/secret");
    actions.openedLink("https://example.com/gone");
    actions.dismiss("set-2-One");

    expect((await fed(stage)).slice(2).map(({ kind, rating, suggestion_id: id, source, position }) => [kind, rating, id, source, position])).toEqual([
      ["rated", "up", "set-2-One", "model", 0],
      ["accepted", undefined, undefined, "link", 0],
      ["dismissed", undefined, "set-2-One", "model", 0],
      ["copied", undefined, "set-2-One", "model", 0],
    ]);
    expect(stage.session.state().rated.get("set-2-One")).toBe("up");
    expect(stage.said()).toContain("copied");
    expect(JSON.stringify(stage.fed())).not.toContain("secret");
  });

  it("placeholders left unfilled are warned of until the agent answers", async () => {
    const stage = await ready();

    stage.tell({ kind: "unfilled", slots: ["{DATE}"] });
    await pass(60_000);
    expect(stage.session.state().notice).toEqual({ kind: "unfilled", slots: ["{DATE}"] });
    stage.session.actions.closeNotice();

    expect(stage.session.state().notice).toBeNull();
  });
});
