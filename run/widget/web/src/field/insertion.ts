/**
 * Puts text into a field as if the agent had typed or pasted it, so that the host's own model has it too. The order of
 * what is tried was measured on React, Quill, ProseMirror, Lexical and Slate: an editor that keeps its own model takes
 * `beforeinput` and cancels it; plain fields have the browser's own insertion, which keeps the undo history.
 */
import { beforeInput } from "./before_input";
import { isTextControl } from "./open";
import { firstLine, tellOfSelection } from "./slate";

export function insertAtSelection(element: HTMLElement, text: string): void {
  tellOfSelection(element);
  if (isTextControl(element) || !text.includes("\n")) return type(element, text);
  const [first, rest] = firstLine(element, text);
  if (first) type(element, first);
  if (!isPasted(element, rest)) type(element, rest);
}

function type(element: HTMLElement, text: string): void {
  if (!beforeInput(element, "insertText", text)) return; // the editor does it
  if (element.ownerDocument.execCommand("insertText", false, text) || !isTextControl(element)) return;
  element.setRangeText(text, element.selectionStart ?? 0, element.selectionEnd ?? 0, "end");
  element.dispatchEvent(new InputEvent("input", { inputType: "insertText", data: text, bubbles: true, composed: true }));
}

/** Editors make lines of a pasted text in their own way; one that does not listen gets it as typed. */
function isPasted(element: HTMLElement, text: string): boolean {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  return !element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true, composed: true }));
}

/** After the next frame is drawn: by then an editor has put its model into the page. */
export function twoFrames(): Promise<void> {
  // A page in the background draws nothing; there time has to do.
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 250);
    requestAnimationFrame(() => requestAnimationFrame(() => (clearTimeout(late), resolve())));
  });
}
