/** Help in one field of a page, or in whatever a selector finds there, for as long as it is there. */
import type { Typing } from "./typing/typing";
import { watchTarget } from "./watch_target";

/** `attach` begins to help in a field. */
export function follow(target: string | HTMLElement, attach: (field: HTMLElement) => Typing): Typing {
  if (typeof target !== "string") return attach(target);
  let typing: Typing | null = null;
  const unwatch = watchTarget(document, target, (field) => {
    typing?.disconnect();
    typing = field && attach(field);
  });
  return {
    sent: (text) => typing?.sent(text),
    disconnect() {
      unwatch();
      typing?.disconnect();
    },
  };
}
