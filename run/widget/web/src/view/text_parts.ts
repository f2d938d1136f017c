/** Which parts of a text are marked, as values. No DOM. */
import type { Range } from "../contract";

export interface TextPart {
  readonly text: string;
  readonly kind: "plain" | "typed" | "slot";
}

/** A suggestion's text cut where it is marked: what the agent has typed of it already, and slots `{name}` to fill. */
export function partsOf(text: string, slots: readonly string[], typedLength: number): TextPart[] {
  return text
    .slice(typedLength)
    .split(/(\{[^{}]+\})/)
    .map((part): TextPart => ({ text: part, kind: slots.includes(part.slice(1, -1)) ? "slot" : "plain" }))
    .concat({ text: text.slice(0, typedLength), kind: "typed" })
    .sort((a, b) => Number(b.kind === "typed") - Number(a.kind === "typed"))
    .filter((part) => part.text);
}

/** How many characters of the suggestion stand in the draft already, in whatever case; 0 when it begins otherwise. */
export function typedLength(text: string, replace: Range, draft: string): number {
  const typed = draft.slice(...replace);
  return text.slice(0, typed.length).toLowerCase() === typed.toLowerCase() ? typed.length : 0;
}

export interface Section {
  readonly label: string;
  readonly lines: readonly string[];
}

/** An assistant's text, "Label: statement" or "Label:" with lines of "- statement", as sections. Other lines stay as they are. */
export function sectionsOf(text: string): Section[] {
  const sections: { label: string; lines: string[] }[] = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const [, label, rest] = /^(\p{Lu}[\p{L}\p{N} ]{0,40}):(?:\s+(.*))?$/u.exec(line) ?? [];
    if (label) sections.push({ label, lines: rest ? [rest] : [] });
    else if (sections.length) sections[sections.length - 1]?.lines.push(line);
    else sections.push({ label: "", lines: [line] });
  }
  return sections;
}
