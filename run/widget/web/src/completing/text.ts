/** What an agent has typed against what could be meant, letter for letter as the engine has it (`prefixes.py`, `completing.py`). */

// What Python calls white space: not all that \s is, and some that it is not.
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** The whole words, and the beginning of one that stands at the end. */
export function splitDraft(typed: string): [done: readonly string[], partial: string] {
  const words = typed.split(new RegExp(`[${SPACE}]+`));
  const partial = words.pop() ?? "";
  return [words.filter(Boolean), partial];
}

/** Without white space at either end. */
export function strip(text: string): string {
  return text.replace(new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g"), "");
}

/** What was typed first, then the same in other letters: case and quotes. */
export function typedCases(partial: string): readonly string[] {
  const [first = ""] = partial; // a code point
  const rest = partial.slice(first.length);
  const upper = first.toUpperCase();
  const [letter = ""] = upper; // ß begins Ss
  const capitalised = letter + (upper.slice(letter.length) + rest).toLowerCase();
  return [
    ...new Set([
      partial,
      partial.toLowerCase(),
      upper + rest,
      capitalised,
      partial.toUpperCase(),
      partial.replace(/'/g, "’").replace(/"/g, "”"),
      partial.replace(/[‘’]/g, "'").replace(/[“”]/g, '"'),
    ]),
  ];
}

/** For comparing only: no accents, no case, plain quotes. */
export function fold(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text.toLowerCase() : [...text.normalize("NFC")].map(foldOne).join("");
}

function foldOne(character: string): string {
  const plain = character.replace(/[‘’]/, "'").replace(/[“”]/, '"').replace(/[–—]/, "-").normalize("NFKD");
  const letters = [...plain].filter((one) => !isCombining(one)).join("");
  return letters === "ı" ? letters : letters.toUpperCase().toLowerCase(); // as near as this comes to folding case
}

/** Whether a character has a combining class: U+0345 has the highest of all, so any other is sorted before it. */
function isCombining(character: string): boolean {
  return character === "\u0345" || !`\u0345${character}`.normalize("NFD").startsWith("\u0345");
}
