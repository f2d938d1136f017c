/** Puts a widget together: session, panel, field and host. The custom element, the frame page and the extension all use this. */
import type { Api, ConversationRef, Disconnect, FeedbackEvent, Host, HostCapabilities, HostListener, Session, Settings } from "./contract";
import { browserEnvironment, type Environment } from "./session/environment";
import { connectComposer } from "./session/host_composer";
import { createSession } from "./session/session";
import { nameOf } from "./typing/keys";
import type { Typing } from "./typing/typing";
import type { Panel } from "./view/open";

export interface AssembleOptions {
  readonly account: string;
  readonly api: Api;
  /** Where the panel is drawn; null for none. */
  readonly root: ShadowRoot | null;
  /** The platform around us, or what a page of one's own can do. */
  readonly host: Host | HostCapabilities;
  readonly settings?: Partial<Settings>;
  readonly environment?: Environment;
  copy?(text: string): Promise<boolean>;
  onFeedback?(event: FeedbackEvent): void;
}

export interface Assembly {
  readonly session: Session;
  /** Help in this text field, until disconnected. */
  attach(field: HTMLElement): Typing;
  /** Follow the host's conversations; rejects when this is not its page. Nothing to do without a host. */
  start(): Promise<void>;
  dispose: Disconnect;
}

/** A widget at work, from its panel to its calls; `dispose` removes all of it, exactly once. */
export function assemble(options: AssembleOptions): Assembly {
  const { account, api, root, settings = {}, environment = browserEnvironment(), copy = copyToClipboard } = options;
  const host = "start" in options.host ? options.host : null;
  const capabilities = host?.capabilities ?? (options.host as HostCapabilities);
  let panel: Panel | null = null;
  let isDisposed = false;
  const session = createSession({
    account, api, environment, settings, copy, host: capabilities,
    ...(options.onFeedback && { onFeedback: options.onFeedback }),
  }); // prettier-ignore
  // The panel is a file of its own: what helps in the field does not wait for it.
  if (root) import("./view/open").then(({ openPanel }) => void (isDisposed || (panel = openPanel(root, session, nameOf))), () => undefined);
  const composer = host?.capabilities.insert && !host.capabilities.ghost ? connectComposer(session.port, (text) => host.insert(text)) : null;
  const stops = [
    session.onCommand(({ name }) => name === "focus-panel" && panel?.focus()),
    ...(composer ? [composer.disconnect] : []),
  ];
  return {
    session,
    attach: (field) => later(import("./typing/connect"), ({ connectField }) => connectField(field, session.port)),
    async start() {
      const stop = await host?.start(listenerOf(session, (text) => composer?.sent(text)));
      if (!stop) return;
      if (isDisposed) stop();
      else stops.push(stop);
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      for (const stop of stops.reverse()) stop();
      panel?.disconnect();
      session.dispose();
      api.dispose();
    },
  };
}

/** An ended conversation that is not the one shown ends nothing here. */
function listenerOf(session: Session, sent: (text: string) => void): HostListener {
  let current: string | null = null;
  const keyOf = (ref: ConversationRef | null) => JSON.stringify(ref);
  return {
    conversation: (ref) => {
      current = keyOf(ref);
      session.setConversation(ref);
    },
    ended: (ref) => keyOf(ref) === current && session.end(),
    sent,
  };
}

async function copyToClipboard(text: string): Promise<boolean> {
  await navigator.clipboard.writeText(text);
  return true;
}

/** What helps in a field is a file of its own: a frame beside the field has none. */
function later<Code>(coming: Promise<Code>, connect: (code: Code) => Typing): Typing {
  let isWanted = true;
  const typing = coming.then((code) => (isWanted ? connect(code) : null), () => null); // prettier-ignore
  return {
    sent: (text) => void typing.then((one) => one?.sent(text)),
    disconnect() {
      isWanted = false;
      void typing.then((one) => one?.disconnect());
    },
  };
}
