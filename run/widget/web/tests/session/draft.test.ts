import { describe, expect, it } from "vitest";
import { forWholeDraft, sentDraft, withoutCards } from "../../src/session/draft";

describe("what is sent of a draft", () => {
  it("is all of a short one", () => {
    expect(sentDraft("Thank you", 5)).toEqual({ draft: "Thank you", cursor: 5, offset: 0 });
  });

  it("begins with a whole word, at most 300 characters before the cursor", () => {
    const text = `${"aaaa ".repeat(100)}end`;

    const { draft, cursor, offset } = sentDraft(text, text.length);

    expect(text.slice(offset)).toBe(draft);
    expect(draft.startsWith(" aaaa")).toBe(true);
    expect([draft.length, cursor]).toEqual([draft.length, draft.length]);
    expect(draft.length).toBeGreaterThan(290);
    expect(draft.length).toBeLessThanOrEqual(300);
  });

  it("never holds half a character, in any script", () => {
    const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
    for (const length of [149, 150, 151, 200, 301]) {
      for (const lead of ["", "x"]) {
        const text = lead + "😀".repeat(length);
        for (const cursor of [text.length, text.length >> 1, lead.length + 2]) expect(sentDraft(text, cursor).draft).not.toMatch(halves);
      }
    }
  });

  it("has its pack changed for the whole words before it only where it was cut", () => {
    const pack = { version: 2, after: ["b"], begun: "c" };

    expect(forWholeDraft(pack, sentDraft("b c", 3), "b c", 3)).toBe(pack);
    expect(forWholeDraft(pack, { draft: "b c", cursor: 3, offset: 2 }, "a b c", 5)).toEqual({ version: 2, after: ["a", "b"], begun: "c" });
  });
});

describe("a card number", () => {
  it.each(["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6759649826438453"])("%s is sent as zeros", (number) => {
    expect(withoutCards(`My card is ${number}, please`)).toBe(`My card is ${number.replace(/\d/g, "0")}, please`);
  });

  it.each(["4111111111111112", "order 12345678", "+31 6 1234 5678"])("%s is none, and stays", (text) => {
    expect(withoutCards(text)).toBe(text);
  });
});
