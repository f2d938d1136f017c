import { describe, expect, it } from "vitest";
import { partsOf, sectionsOf, typedLength } from "../../src/view/text_parts";

describe("a suggestion's parts", () => {
  it("mark the slots that the API names, and no other braces", () => {
    expect(partsOf("Send {amount} by {x}.", ["amount"], 0)).toEqual([
      { text: "Send ", kind: "plain" },
      { text: "{amount}", kind: "slot" },
      { text: " by ", kind: "plain" },
      { text: "{x}", kind: "plain" },
      { text: ".", kind: "plain" },
    ]);
  });

  it("begin with what is typed, and together are the text", () => {
    const parts = partsOf("Thank you, {name}", ["name"], 5);

    expect(parts[0]).toEqual({ text: "Thank", kind: "typed" });
    expect(parts.map((part) => part.text).join("")).toBe("Thank you, {name}");
  });

  it("take braces and markup for text", () => {
    expect(partsOf("<img onerror=x> {", [], 0)).toEqual([{ text: "<img onerror=x> {", kind: "plain" }]);
  });
});

describe("what is typed of a suggestion", () => {
  it("counts in whatever case", () => {
    expect(typedLength("Thank you", [0, 5], "thank")).toBe(5);
  });

  it("is nothing when the suggestion begins otherwise", () => {
    expect(typedLength("Thank you", [0, 5], "Hello")).toBe(0);
  });
});

describe("sections of an assistant's text", () => {
  it("are a label with its statement, or with lines below it", () => {
    expect(sectionsOf("Situation: A refund.\nActions:\n- Checked\n- Refunded")).toEqual([
      { label: "Situation", lines: ["A refund."] },
      { label: "Actions", lines: ["- Checked", "- Refunded"] },
    ]);
  });

  it("leave a text without labels as it is, times included", () => {
    expect(sectionsOf("See you at 10:30.\n\nBye")).toEqual([{ label: "", lines: ["See you at 10:30.", "Bye"] }]);
  });
});
