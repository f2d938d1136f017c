/**
 * Puts text into a field as if the agent had typed or pasted it, so that the host's own model has it too. The order of
 * what is tried was measured on React, Quill, ProseMirror, Lexical and Slate: an editor that keeps its own model takes
 * `beforeinput` and cancels it; plain fields have the browser's own insertion, which keeps the undo history.
 */
import { isTextControl } from "./open";
import { tellOfSelection } from "./slate";

export function insertAtSelection(element: HTMLElement, text: string): void {
  const isControl = isTextControl(element);
  tellOfSelection(element);
  if (!isControl && text.includes("\n") && isPasted(element, text)) return;
  const event = new InputEvent("beforeinput", { inputType: "insertText", data: text, bubbles: true, cancelable: true, composed: true });
  if (!element.dispatchEvent(event)) return; // the editor does it
  if (element.ownerDocument.execCommand("insertText", false, text) || !isControl) return;
  element.setRangeText(text, element.selectionStart ?? 0, element.selectionEnd ?? 0, "end");
  element.dispatchEvent(new InputEvent("input", { inputType: "insertText", data: text, bubbles: true, composed: true }));
}

/** Editors make lines of a pasted text in their own way; one that does not listen gets it as typed. */
function isPasted(element: HTMLElement, text: string): boolean {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  return !element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true, composed: true }));
}

/**
 * Chromium undoes what was typed before together with what is inserted after it, unless the caret has moved: so it goes
 * one character back and forth. Not at the beginning, where there is nothing to go back over.
 */
export function closeTypingStep(element: HTMLElement, caret: number): void {
  const selection = element.ownerDocument.getSelection();
  if (!caret || !selection?.modify) return;
  selection.modify("move", "backward", "character");
  selection.modify("move", "forward", "character");
}

/** After the next frame is drawn: by then an editor has put its model into the page. */
export function twoFrames(): Promise<void> {
  // A page in the background draws nothing; there time has to do.
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 250);
    requestAnimationFrame(() => requestAnimationFrame(() => (clearTimeout(late), resolve())));
  });
}
