/** The agent's text field in somebody else's page: by the account's selectors, or the one that has the focus. */
import type { Disconnect } from "../src/contract";
import { watchTarget } from "../src/watch_target";

type Listener = (field: HTMLElement | null) => void;

export function watchField(page: Document, selectors: readonly string[], ours: Element, listener: Listener): Disconnect {
  return selectors.length ? watchTarget(page, selectors.join(","), listener) : followFocus(page, ours, listener);
}

/** The field that had the focus last keeps the help while the agent is in the panel. */
function followFocus(page: Document, ours: Element, listener: Listener): Disconnect {
  let current: HTMLElement | null = null;
  const look = (event: Event): void => {
    const [found] = event.composedPath();
    if (!(found instanceof HTMLElement) || found === current || found === ours || !isField(found)) return;
    listener((current = found));
  };
  page.addEventListener("focusin", look, true);
  return () => page.removeEventListener("focusin", look, true);
}

/** Where messages are written: lines for names, mail addresses and searches are not. */
function isField(element: HTMLElement): boolean {
  return element instanceof HTMLTextAreaElement || element.isContentEditable;
}
