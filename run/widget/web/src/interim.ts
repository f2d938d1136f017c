import type { Disconnect, TypingPort } from "./contract";
export function connectField(_field: HTMLElement, _port: TypingPort): Disconnect {
  return () => undefined;
}
