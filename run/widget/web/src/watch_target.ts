/** Follows the element of a selector as a page of one's own kind of making puts it there, takes it away and puts it back. */
import type { Disconnect } from "./contract";

/**
 * Tells of the element that the selector finds first: at once if it is there, whenever another takes its place, and null
 * when it has gone. A selector that is none finds nothing.
 */
export function watchTarget(page: Document, selector: string, listener: (element: HTMLElement | null) => void): Disconnect {
  let current: HTMLElement | null = null;
  const look = () => {
    if (current?.isConnected) return;
    const found = find(page, selector);
    if (found !== current) listener((current = found));
  };
  const observer = new MutationObserver(look);
  observer.observe(page, { childList: true, subtree: true, attributeFilter: ["id", "class"] });
  look();
  return () => observer.disconnect();
}

function find(page: Document, selector: string): HTMLElement | null {
  try {
    return page.querySelector<HTMLElement>(selector);
  } catch {
    return null;
  }
}
