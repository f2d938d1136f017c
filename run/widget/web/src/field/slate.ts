/** What Slate needs and no other editor does: it keeps a selection and a history of its own, seen with slate-react 0.146. */

const isSlate = (element: HTMLElement): boolean => element.hasAttribute("data-slate-editor");

/** It puts text where its own caret is, and the browser tells it of a moved one a moment later; not while it draws. */
export function tellOfSelection(element: HTMLElement): void {
  if (!isSlate(element)) return;
  const tell = (): void => void element.ownerDocument.dispatchEvent(new Event("selectionchange"));
  tell();
  setTimeout(tell);
}

/**
 * It undoes what follows on typed text together with it, unless something was taken out first: the last character. Not
 * for several lines, which it takes as pasted, and a paste where something is selected goes elsewhere.
 */
export function undoneAlone(element: HTMLElement, before: string, text: string): { readonly from: number; readonly text: string } {
  const last = isSlate(element) && !text.includes("\n") ? (/[^\n]$/u.exec(before)?.[0] ?? "") : "";
  return { from: before.length - last.length, text: last + text };
}
