/** What is inserted is a step of its own to undo, though the agent typed right before it; measured on each editor. */
import { beforeInput } from "./before_input";

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

/**
 * Quill and ProseMirror (TipTap too) make one step of what comes within a second, or half of one, unless something was
 * undone and done again in between: they take both as the browser's menu asks for them. What they do not take changes
 * nothing, and then nothing is done again. Seen with Quill 2.0 and prosemirror-history 1.5.
 */
export function partSteps(element: HTMLElement): void {
  if (!element.matches(".ql-editor, .ProseMirror")) return;
  const before = element.innerHTML;
  beforeInput(element, "historyUndo");
  if (element.innerHTML !== before) beforeInput(element, "historyRedo");
}
