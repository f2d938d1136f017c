/** Help in one field of the page. */
import type { TypingPort } from "../contract";
import { fieldFor } from "../field/field";
import { createGhost } from "../field/ghost";
import { createTyping, type Typing } from "./typing";

/** Until disconnected; does nothing for an element that holds no text to write. */
export function connectField(element: HTMLElement, port: TypingPort): Typing {
  const field = fieldFor(element);
  return field ? createTyping({ field, ghost: createGhost(field), port }) : { sent: () => undefined, disconnect: () => undefined };
}
