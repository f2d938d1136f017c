/**
 * `import { mount } from "https://<service>/v1/bridge.js"`: the panel in a frame, its help in the page's own field. A
 * frame cannot reach the page around it, so ghost text, keys and insertion are here, and decisions are in the frame.
 */
import { CONNECT, HELLO, VERSION } from "./embedding/calls";
import type { Connect, FromFrame, FromPage, PushedMessage, Token } from "./embedding/calls";
import type { ConversationRef, Disconnect, FeedbackEvent, GetToken, Settings, Status } from "./contract";
import type { Typing } from "./typing/typing";

export interface MountOptions {
  /** Address of the account's frame page: `https://<service>/v1/frame/<account>`. */
  readonly src: string;
  /** Where the frame is put, as large as this is; or a frame that the page has put up itself, with that address. */
  readonly container?: HTMLElement;
  readonly frame?: HTMLIFrameElement;
  /** The text field to help in, or a selector that finds it now or later; without one there is the panel alone. */
  readonly field?: HTMLElement | string | null;
  /** Asked for the agent's token when the frame needs one; it goes to the frame alone. */
  readonly getToken: GetToken;
  readonly settings?: Partial<Settings>;
  onState?(state: { readonly status: Status; readonly features: readonly string[] }): void;
  /** Ids, counts and times of what the agent does; no text. */
  onFeedback?(event: FeedbackEvent): void;
}

export interface Mounted {
  readonly frame: HTMLIFrameElement;
  /** Our id of a conversation, or the platform's; null: none. */
  setConversation(conversation: string | ConversationRef | null): void;
  pushMessage(message: PushedMessage): void;
  end(): void;
  pause(minutes?: number): void;
  update(settings: Partial<Settings>): void;
  /** The page sent the message, with its text where that is not the field's. */
  sent(text?: string): void;
  /** Remove all that `mount` made. */
  unmount: Disconnect;
}

/** A frame that never answers changes nothing: the page is then as it would be without us. */
export function mount(options: MountOptions): Mounted {
  const { field = null, settings = {} } = options;
  const { origin } = new URL(options.src, location.href);
  const frame = options.frame ?? frameIn(options.container ?? document.body, options.src);
  const unsaid: FromPage[] = []; // until the frame is there
  let conversation: ConversationRef | null | undefined;
  let met: unknown;
  let port: MessagePort | null = null;
  let typing: Typing | null = null;
  const tell = (message: FromPage, ports: MessagePort[] = []): void => (port ? port.postMessage(message, ports) : void unsaid.push(message));

  const leave = (): void => {
    typing?.disconnect();
    port?.close();
    typing = port = null;
  };
  const help = async (own: MessagePort): Promise<void> => {
    if (field === null) return;
    const { helpIn } = await import("./embedding/page_field");
    if (port === own) typing = helpIn(field, frame, tell);
  };
  const meet = ({ source, origin: from, data }: MessageEvent): void => {
    if (!source || source !== frame.contentWindow || from !== origin || data?.type !== HELLO || data.v !== VERSION || data.id === met) return;
    leave(); // another document is in the frame now
    met = data.id;
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port.onmessage = ({ data: said }) => answer(said as FromFrame, options, tell);
    const connect: Connect = { type: CONNECT, v: VERSION, id: data.id, hasField: field !== null, settings };
    frame.contentWindow!.postMessage(connect, origin, [port2]);
    if (conversation !== undefined) tell({ kind: "conversation", conversation });
    for (const message of unsaid.splice(0)) tell(message);
    help(port1).catch(() => undefined); // without help in the field, the panel still copies
  };
  addEventListener("message", meet);

  return {
    frame,
    setConversation(chosen) {
      conversation = typeof chosen === "string" ? { id: chosen } : chosen;
      if (port) tell({ kind: "conversation", conversation });
    },
    pushMessage: (message) => tell({ kind: "message", message }),
    end: () => tell({ kind: "end" }),
    pause: (minutes = 30) => tell({ kind: "pause", minutes }),
    update: (changed) => tell({ kind: "settings", settings: changed }),
    sent: (text) => typing?.sent(text),
    unmount() {
      removeEventListener("message", meet);
      leave();
      if (!options.frame) frame.remove();
    },
  };
}

function frameIn(container: HTMLElement, src: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  frame.title = "Earpiece";
  frame.allow = "clipboard-write";
  frame.referrerPolicy = "strict-origin"; // tells the frame who is around it where the browser does not
  Object.assign(frame.style, { border: "0", inlineSize: "100%", blockSize: "100%" });
  frame.src = src;
  container.append(frame);
  return frame;
}

function answer(said: FromFrame, { getToken, onState, onFeedback }: MountOptions, tell: (message: FromPage) => void): void {
  if (said.kind === "state") onState?.({ status: said.status, features: said.features });
  if (said.kind === "feedback") onFeedback?.(said.event);
  if (said.kind !== "token") return;
  const { id, why } = said;
  const give = (token: Token, isFailed: boolean): void => tell({ kind: "token", id, token, isFailed });
  new Promise<Token>((resolve) => resolve(getToken(why))).then((token) => give(token, false), () => give(null, true)); // prettier-ignore
}
