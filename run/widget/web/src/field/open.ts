/** Which fields we may help in: those that an agent writes messages into, and nothing that holds a secret. */

export type TextControl = HTMLTextAreaElement | HTMLInputElement;

const SECRET = /\b(cc-|one-time-code|(current|new)-password)/;

export function isTextControl(element: Element): element is TextControl {
  return element.localName === "textarea" || (element.localName === "input" && /^(text|search)$/.test((element as HTMLInputElement).type));
}

/** Whether its text may be read and written now. */
export function isOpen(element: HTMLElement): boolean {
  if (element.closest("[data-private]") || element.matches(":disabled,[aria-disabled=true],[aria-readonly=true]")) return false;
  if (!isTextControl(element)) return element.isContentEditable;
  return !element.readOnly && !SECRET.test(element.getAttribute("autocomplete") ?? "");
}
