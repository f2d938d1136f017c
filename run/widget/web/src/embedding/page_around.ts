/** The frame's side of a page of one's own: the page is the host, and its fields are ours to help in. */
import type { Disconnect, Host, Session } from "../contract";
import { NotThisHost } from "../hosts/host_page";
import { conversationOf } from "../hosts/page";
import { isRecord, onParentMessage, parentOrigin } from "../hosts/origins";
import { waiting } from "../hosts/waiting";
import { serve } from "../session/port";
import { CONNECT, HELLO, VERSION } from "./calls";
import type { Connect, FromFrame, FromPage, PushedMessage, Token } from "./calls";

const HELLO_EVERY_MS = 250; // the page's script may come long after the frame
const SIGNS_WITHIN_MS = 30_000;

export interface PageAround {
  readonly host: Host;
  readonly settings: Connect["settings"];
  tell(message: FromFrame): void;
  /** Let the page steer the session, and serve its field. */
  serve(session: Session): Disconnect;
}

interface Given {
  readonly page: Window;
  readonly query: URLSearchParams;
  readonly frameAncestors: readonly string[];
  readonly canCopy: boolean;
}

/** Resolves when the page around has answered; never if nobody does. Rejects with NotThisHost where it may not frame us. */
export async function pageAround({ page, query, frameAncestors, canCopy }: Given): Promise<PageAround> {
  const origin = parentOrigin(page, frameAncestors, query.get("hostOrigin"));
  if (!origin) throw new NotThisHost("the page around this one is not among the account's allowed origins or frame ancestors");
  const { hasField, settings, port } = await meet(page, origin);
  const answers = waiting<{ token: Token; isFailed: boolean }>({ token: null, isFailed: true });
  const tell = (message: FromFrame): void => port.postMessage(message);
  const begin = conversationOf({ getAttribute: (name) => query.get(name) });

  return {
    settings,
    tell,
    host: {
      name: "page",
      capabilities: { insert: hasField, ghost: hasField, copy: canCopy },
      async getToken(why) {
        const { token, isFailed } = await answers.ask((id) => tell({ kind: "token", id, why }), SIGNS_WITHIN_MS);
        if (isFailed) throw new Error("the page gave no token");
        return token;
      },
      start(listener) {
        const stop = hear(port, (said) => {
          if (said.kind === "conversation") listener.conversation(said.conversation);
          if (said.kind === "token") answers.settle(said.id, said);
        });
        if (begin) listener.conversation(begin);
        port.start();
        return Promise.resolve(() => (stop(), answers.end(), port.close()));
      },
      insert: () => Promise.resolve(false), // the field itself does that
    },
    serve(session) {
      let leave: Disconnect = () => undefined;
      const stop = hear(port, (said, [field]) => {
        if (said.kind === "field" || said.kind === "no-field") leave();
        if (said.kind === "field" && field) leave = serve(session.port, field);
        steer(session, said);
      });
      return () => (stop(), leave());
    },
  };
}

function steer(session: Session, said: FromPage): void {
  if (said.kind === "message") session.pushMessage(whole(said.message));
  if (said.kind === "end") session.end();
  if (said.kind === "pause") session.actions.pause(said.minutes);
  if (said.kind === "settings") session.actions.configure(said.settings);
}

function whole(message: PushedMessage): Parameters<Session["pushMessage"]>[0] {
  return { participant_id: null, visibility: "public", sent_at: new Date().toISOString(), edited_at: null, is_removed: false, ...message };
}

/** Call until the parent connects: its window and its exact origin, and nobody else. */
function meet(page: Window, origin: string): Promise<Connect & { port: MessagePort }> {
  return new Promise((resolve) => {
    const id = Array.from(page.crypto.getRandomValues(new Uint32Array(4))).join("-");
    const hello = (): void => page.parent.postMessage({ type: HELLO, v: VERSION, id }, origin);
    const timer = page.setInterval(hello, HELLO_EVERY_MS);
    const stop = onParentMessage(page, origin, (data, { ports: [port] }) => {
      if (data["type"] !== CONNECT || data["v"] !== VERSION || data["id"] !== id || !port) return;
      page.clearInterval(timer);
      stop();
      resolve({ ...(data as unknown as Connect), port });
    });
    hello();
  });
}

function hear(port: MessagePort, listener: (said: FromPage, ports: readonly MessagePort[]) => void): Disconnect {
  const heard = ({ data, ports }: MessageEvent): void => void (isRecord(data) && listener(data as unknown as FromPage, ports));
  port.addEventListener("message", heard);
  return () => port.removeEventListener("message", heard);
}

