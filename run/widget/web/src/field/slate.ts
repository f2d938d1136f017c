/** What Slate needs and no other editor does: it keeps a selection and a history of its own, seen with slate-react 0.146. */
import { beforeInput } from "./before_input";

const isSlate = (element: HTMLElement): boolean => element.hasAttribute("data-slate-editor");

/** It puts text where its own caret is, and the browser tells it of a moved one a moment later; not while it draws. */
export function tellOfSelection(element: HTMLElement): void {
  if (!isSlate(element)) return;
  const tell = (): void => void element.ownerDocument.dispatchEvent(new Event("selectionchange"));
  tell();
  setTimeout(tell);
}

/**
 * It undoes what follows on typed text together with it, unless something is taken out first: the last character. That
 * is returned, to be typed again with what follows. Not where it may hold more for one character.
 */
export function takeLast(element: HTMLElement, before: string, text: string): string {
  const last = isSlate(element) && !text.startsWith("\n") ? (/[\p{Script=Latin}\p{N}\p{P} ]$/u.exec(before)?.[0] ?? "") : "";
  tellOfSelection(element);
  return last && !beforeInput(element, "deleteContentBackward") ? last : "";
}

/** Of several lines the first is typed, with what was taken, and the rest pasted. */
export function firstLine(element: HTMLElement, text: string): readonly [first: string, rest: string] {
  const end = isSlate(element) ? text.indexOf("\n") : 0;
  return [text.slice(0, end), text.slice(end)];
}
