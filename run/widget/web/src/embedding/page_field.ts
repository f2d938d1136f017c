/** A field of the page around a frame, with a channel of its own to the session in it. In a file of its own: not every page has one. */
import type { TypingPort } from "../contract";
import { follow } from "../follow";
import { portFrom } from "../session/port";
import { connectField } from "../typing/connect";
import type { Typing } from "../typing/typing";
import type { FromPage } from "./calls";

type Tell = (message: FromPage, ports?: MessagePort[]) => void;

/** Help in this field, or in whatever the selector finds now and later. */
export function helpIn(target: HTMLElement | string, frame: HTMLIFrameElement, tell: Tell): Typing {
  return follow(target, (field) => {
    const { port1, port2 } = new MessageChannel();
    tell({ kind: "field" }, [port2]);
    const typing = connectField(field, focusing(portFrom(port1), frame));
    return {
      sent: typing.sent,
      disconnect() {
        typing.disconnect();
        tell({ kind: "no-field" });
        port1.close();
      },
    };
  });
}

/** The panel can take the focus only once its frame has it. */
function focusing(port: TypingPort, frame: HTMLIFrameElement): TypingPort {
  return {
    ...port,
    tell(event) {
      if (event.kind === "command" && event.command.name === "focus-panel") frame.focus();
      port.tell(event);
    },
  };
}
