/** The port between field side and session where a frame lies between them. */
import type { Disconnect, Signal, TypingEvent, TypingPort } from "../contract";

/** In the frame: carry the session's signals over the channel, and what is told back. */
export function serve(port: TypingPort, channel: MessagePort): Disconnect {
  const stop = port.onSignal((signal) => channel.postMessage(signal));
  const tell = ({ data }: MessageEvent): void => port.tell(data as TypingEvent);
  channel.addEventListener("message", tell);
  channel.start();
  return () => {
    stop();
    channel.removeEventListener("message", tell);
  };
}

/** In the page around the frame: the same port, at the other end of the channel. */
export function portFrom(channel: MessagePort): TypingPort {
  return {
    onSignal(listener) {
      const hear = ({ data }: MessageEvent): void => listener(data as Signal);
      channel.addEventListener("message", hear);
      channel.start();
      return () => channel.removeEventListener("message", hear);
    },
    tell: (event) => channel.postMessage(event),
  };
}
