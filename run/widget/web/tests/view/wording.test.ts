import { describe, expect, it } from "vitest";
import { de } from "../../src/view/messages/de";
import { en } from "../../src/view/messages/en";
import { nl } from "../../src/view/messages/nl";
import { fill, wording } from "../../src/view/wording";

describe("counting", () => {
  it.each([
    ["en", en, 1, "1 message"],
    ["en", en, 0, "0 messages"],
    ["nl", nl, 1, "1 bericht"],
    ["nl", nl, 1200, "1.200 berichten"],
    ["de", de, 2, "2 Nachrichten"],
  ] as const)("in %s has the right form for the number", (locale, texts, number, expected) => {
    expect(wording(locale, texts).count(texts.messages, number)).toBe(expected);
  });
});

describe("filling in", () => {
  it("takes the value as it is, also where it looks like a pattern", () => {
    expect(fill("Still to fill in: #.", "$& $1")).toBe("Still to fill in: $& $1.");
  });
});

it("writes per cents as the language does", () => {
  expect([wording("en", en).percent(0.84), wording("de", de).percent(0.84).replace(/\s/u, " ")]).toEqual(["84%", "84 %"]);
});

it("writes nothing for what is not a time", () => {
  expect(wording("en", en).time("yesterday-ish")).toBe("");
});
