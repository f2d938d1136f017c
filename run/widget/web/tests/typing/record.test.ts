import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRecord } from "../../src/typing/record";

type Action = ["type" | "complete" | "insert" | "paste", string] | ["delete", number];
interface Sample {
  readonly name: string;
  readonly actions: readonly Action[];
  readonly sent: object;
}

const samples = JSON.parse(readFileSync(new URL("../../../../../tests/samples/keystrokes/messages.json", import.meta.url), "utf8")) as Sample[];

/** Does what an agent does, key by key, and sends. */
function sentAfter(actions: readonly Action[]): object | null {
  const record = createRecord(() => 0);
  let text = "";
  let inserted = 0;
  for (const [kind, what] of actions) {
    if (kind === "type") {
      for (const letter of what) {
        record.key();
        record.changed((text += letter), true);
      }
    } else if (kind === "delete") {
      for (let left = what; left > 0; left--) {
        record.key();
        record.changed((text = text.slice(0, -1)), true);
      }
    } else if (kind === "paste") {
      record.key();
      record.changed((text += what), false);
    } else {
      text += what;
      if (kind === "complete") record.presented();
      const chosen = { setId: "set-1", suggestionId: kind === "insert" ? `s-${++inserted}` : null };
      record.inserted(text, what, kind === "complete" ? "PHRASE_AUTOCOMPLETE" : "AUTOSUGGEST", chosen);
    }
  }
  return record.sent();
}

describe("what a message took", () => {
  it.each(samples)("$name", ({ actions, sent }) => {
    expect(sentAfter(actions)).toMatchObject(sent);
  });

  it("is told once: then another message begins", () => {
    const record = createRecord(() => 0);
    record.key();
    record.changed("Hi", true);
    expect(record.sent()).not.toBeNull();
    expect(record.sent()).toBeNull();
  });

  it("measures from when it could be answered to the first key, and from there to the sending", () => {
    let now = 1000;
    const record = createRecord(() => now);
    record.begins();
    now = 3500;
    record.key();
    record.changed("H", true);
    now = 9000;
    expect(record.sent()).toMatchObject({ time_to_action_ms: 2500, crafting_time_ms: 5500 });
  });

  it("takes the text that the host says was sent, and counts what was done to it there as keys", () => {
    const record = createRecord(() => 0);
    record.inserted("I have issued it.", "I have issued it.", "AUTOSUGGEST", { setId: "set-1", suggestionId: "s-1" });
    expect(record.sent("I have issued it. Bye")).toMatchObject({ sent_character_count: 21, key_count: 5 });
  });
});
