/** Where a chosen text goes. No DOM. */
import type { Draft, Range } from "../contract";

/**
 * A text that goes on from the draft takes its place, so that nothing is said twice; any other stacks where the caret is,
 * apart by a space.
 */
export function insertionOf(draft: Draft, text: string): { readonly range: Range; readonly text: string } {
  const typed = draft.text.trim().toLowerCase();
  if (typed && text.toLowerCase().startsWith(typed)) return { range: [0, draft.text.length], text };
  const before = draft.text.slice(0, draft.start);
  const after = draft.text.slice(draft.end);
  const apart = `${/\S$/.test(before) ? " " : ""}${text}${/^\S/.test(after) ? " " : ""}`;
  return { range: [draft.start, draft.end], text: apart };
}
