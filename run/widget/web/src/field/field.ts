/** The agent's text field, whatever it is made of, behind the contract's `Field`. */
import type { Draft, Field, Range } from "../contract";
import { readEditable, type Point } from "./editable_text";
import { insertAtSelection, twoFrames } from "./insertion";
import { isOpen, isTextControl, type TextControl } from "./open";
import { takeLast, tellOfSelection } from "./slate";
import { closeTypingStep, partSteps } from "./undo_steps";

const TRIES = 3; // to select where something goes

/** What differs between a control and something contenteditable. Positions are of the text that `read` gives. */
interface Access {
  read(): { readonly text: string; readonly start: number; readonly end: number };
  select(range: Range): void;
}

/** Help for this element, or null for one that holds no text to write. */
export function fieldFor(element: HTMLElement): Field | null {
  const isControl = isTextControl(element);
  if (!isControl && !element.isContentEditable) return null;
  const access = isControl ? controlAccess(element) : editableAccess(element);
  let isComposing = false; // asked for in events, which know it better
  const read = (): Draft => ({ ...access.read(), isComposing });
  return {
    element,
    read,
    isOpen: () => isOpen(element),
    maxLength: () => (isControl && element.maxLength >= 0 ? element.maxLength : null),
    direction: () => (getComputedStyle(element).direction === "rtl" ? "rtl" : "ltr"),
    select: access.select,
    focus: () => element.focus({ preventScroll: true }),
    async insert([start, end], text) {
      const before = read();
      element.focus({ preventScroll: true });
      partSteps(element);
      const isSelected = (): boolean => read().start === start && read().end === end;
      const isBehindTyped = start === end && isSelected();
      if (isBehindTyped) closeTypingStep(element, start);
      // An editor hears of a selection a moment later, and may put back the one it knew.
      for (let left = TRIES; left > 0 && !isSelected(); left--) {
        access.select([start, end]);
        if (!isControl) await twoFrames();
        if (read().text !== before.text) return false; // the agent has written on, over what was selected
      }
      const taken = isBehindTyped ? takeLast(element, before.text.slice(0, start), text) : "";
      insertAtSelection(element, taken + text);
      await twoFrames();
      return holds(read().text, start, text); // the agent may have typed on by now
    },
  };
}

/** Whether it stands there as a reader sees it: editors have their own kinds of spaces and line ends. */
function holds(text: string, at: number, inserted: string): boolean {
  const wanted = plain(inserted);
  return plain(text.slice(at)).startsWith(wanted.replace(/\n+$/, "")) && plain(text).length >= wanted.trimEnd().length + at;
}
function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/\u00a0/g, " ");
}

function controlAccess(control: TextControl): Access {
  return {
    read: () => ({ text: control.value, start: control.selectionStart ?? 0, end: control.selectionEnd ?? 0 }),
    select: ([start, end]) => control.setSelectionRange(start, end),
  };
}

function editableAccess(element: HTMLElement): Access {
  const selection = (): Selection | null => {
    const root = element.getRootNode() as Document & Partial<{ getSelection(): Selection | null }>;
    return root.getSelection?.() ?? element.ownerDocument.getSelection();
  };
  return {
    read() {
      const { rangeCount, ...rest } = rangeOf(selection());
      const { text, places } = readEditable(element, rangeCount ? rest.points : []);
      const [start = null, end = null] = places;
      return { text, start: start ?? text.length, end: end ?? start ?? text.length };
    },
    select([start, end]) {
      const { pointAt } = readEditable(element);
      const [from, to] = [pointAt(start), pointAt(end)];
      if (!from || !to) return;
      selection()?.setBaseAndExtent(...from, ...to);
      tellOfSelection(element);
    },
  };
}

function rangeOf(selection: Selection | null): { readonly rangeCount: number; readonly points: readonly Point[] } {
  if (!selection?.rangeCount) return { rangeCount: 0, points: [] };
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  return { rangeCount: 1, points: [[startContainer, startOffset], [endContainer, endOffset]] }; // prettier-ignore
}
