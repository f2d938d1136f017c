/**
 * `<earpiece-widget account target locale theme conversation-api suggestion-api>`: the widget for pages of one's own.
 * `conversation`, or `platform` with `platform-conversation`, says which conversation is open; so does a method.
 */
import { createApi } from "./api/api";
import { assemble, type Assembly } from "./assemble";
import type { ConversationRef, Disconnect, FeedbackEvent, GetToken, Session, Settings, Status } from "./contract";
import type { PushedMessage } from "./embedding/calls";
import { follow } from "./follow";
import { page } from "./hosts/page";
import type { Typing } from "./typing/typing";

/** What the loader knows: where the APIs are. Attributes of the element go before it. */
export interface PageConfig {
  readonly conversationApi?: string;
  readonly suggestionApi?: string;
  /** "open" lets tests look inside; closed otherwise. */
  readonly shadow?: ShadowRootMode;
}

declare global {
  interface Window {
    earpiece?: { readonly config?: PageConfig };
  }
}

/** What a page may choose; what the agent chose in the panel goes before it at the start. */
export type Choice = Partial<Omit<Settings, "keymap">> & { readonly account?: string; readonly target?: string | HTMLElement | null };

const EVENT_OF: Partial<Record<FeedbackEvent["kind"], string>> = { shown: "shown", accepted: "accepted", sent: "sent" };
const FAILED: readonly Status[] = ["error", "expired", "orphaned"];

/**
 * Every method may be called at any time and any number of times: before `boot` it is kept for then. Events
 * (`earpiece-ready`, `-state`, `-shown`, `-accepted`, `-feedback`, `-sent`, `-error`) carry ids, counts and times.
 */
export class EarpieceWidget extends HTMLElement {
  static readonly observedAttributes = ["account", "target", "locale", "theme"];

  readonly #root = this.attachShadow({ mode: window.earpiece?.config?.shadow ?? "closed" });
  readonly #waiting: ((session: Session) => void)[] = [];
  #getToken: GetToken | null = null;
  #target: string | HTMLElement | null = null;
  #conversation: ConversationRef | null = null;
  #running: Assembly | null = null;
  #stops: Disconnect[] = [];
  #following: Typing | null = null;

  /** Asked for a token before the first call, before expiry and after a refusal. Once it is set, a widget in a page starts. */
  get getToken(): GetToken | null {
    return this.#getToken;
  }
  set getToken(getToken: GetToken | null) {
    this.#getToken = getToken;
    if (this.isConnected) this.boot();
  }

  connectedCallback(): void {
    // A page may set it before this code is there; then it is the object's own and hides the accessor.
    const given = Object.getOwnPropertyDescriptor(this, "getToken")?.value as GetToken | undefined;
    delete (this as { getToken?: unknown }).getToken;
    if (given) this.#getToken = given;
    this.boot();
  }
  disconnectedCallback(): void {
    this.shutdown();
  }
  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value || !this.isConnected) return;
    if (name === "account") this.shutdown();
    if (name === "account") this.boot();
    else if (name === "target") this.attach(this.#target);
    else this.update({ [name]: value });
  }

  /** Start, with these choices over the attributes. Does nothing while it runs, has no account, no way to a token, or no page. */
  boot(choice: Choice = {}): void {
    if (choice.account) this.setAttribute("account", choice.account);
    if (choice.target !== undefined) this.#target = choice.target;
    const account = this.getAttribute("account");
    const { conversationApi, suggestionApi } = this.#addresses();
    if (this.#running || !account || !this.#getToken || !this.isConnected || !conversationApi) return;
    const getToken: GetToken = async (why) => (await this.#getToken?.(why)) ?? null;
    const running = assemble({
      account, root: this.#root, host: page(this, this.#targetOf() !== null, true),
      api: createApi({ account, getToken, conversationApi, suggestionApi: suggestionApi || conversationApi }),
      settings: this.#settings(choice), onFeedback: (event) => this.#tell(EVENT_OF[event.kind] ?? "feedback", event),
    }); // prettier-ignore
    this.#running = running;
    this.#stops = [this.#tellStates(running.session)];
    void running.start(); // follows the attributes that say which conversation is open
    if (this.#conversation) running.session.setConversation(this.#conversation);
    for (const act of this.#waiting.splice(0)) act(running.session);
    this.#watch();
  }

  /** Change choices; they hold as if the agent had made them. */
  update({ account, target, ...settings }: Choice): void {
    if (account) this.setAttribute("account", account);
    if (target !== undefined) this.attach(target);
    const chosen = settingsOf(settings);
    if (Object.keys(chosen).length) this.#running?.session.actions.configure(chosen);
  }

  /** Follow this field, or whatever the selector finds now and later. */
  attach(target: string | HTMLElement | null): void {
    this.#target = target;
    const offersIt = this.#running?.session.state().host.insert ?? true;
    if (!offersIt && this.#targetOf() !== null) this.shutdown(); // to begin again with a panel that offers to insert
    this.boot();
    this.#watch();
  }
  detach(): void {
    this.#target = null;
    this.#unwatch();
  }
  /** The page sent the message, with its text where that is not the field's; else that is seen when the field is emptied. */
  sent(text?: string): void {
    this.#following?.sent(text);
  }

  /** Our id of a conversation, or the platform's; null: none. */
  setConversation(conversation: string | ConversationRef | null): void {
    this.#conversation = typeof conversation === "string" ? { id: conversation } : conversation;
    this.#running?.session.setConversation(this.#conversation);
  }
  /** Show a message before the server tells of it. */
  pushMessage(message: PushedMessage): void {
    const sent_at = new Date().toISOString();
    this.#do((session) => session.pushMessage({ participant_id: null, visibility: "public", sent_at, edited_at: null, is_removed: false, ...message }));
  }
  /** The conversation is over. */
  end(): void {
    this.#do((session) => session.end());
  }
  pause(minutes = 30): void {
    this.#do((session) => session.actions.pause(minutes));
  }
  /** Remove all that `boot` made; `boot` may follow. */
  shutdown(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#unwatch();
    this.#running?.dispose();
    this.#running = null;
    this.#waiting.length = 0;
  }

  #do(act: (session: Session) => void): void {
    if (this.#running) act(this.#running.session);
    else this.#waiting.push(act);
  }
  #watch(): void {
    this.#unwatch();
    const target = this.#targetOf();
    if (this.#running && target) this.#following = follow(target, this.#running.attach);
  }
  #targetOf(): string | HTMLElement | null {
    return this.#target ?? this.getAttribute("target");
  }
  #unwatch(): void {
    this.#following?.disconnect();
    this.#following = null;
  }
  #addresses(): PageConfig {
    const config = window.earpiece?.config ?? {};
    const given = (name: string, known = "") => (this.getAttribute(name) ?? known).replace(/\/$/, "");
    return { conversationApi: given("conversation-api", config.conversationApi), suggestionApi: given("suggestion-api", config.suggestionApi) };
  }
  #settings(choice: Choice): Partial<Settings> {
    return settingsOf({ locale: this.getAttribute("locale"), theme: this.getAttribute("theme"), ...choice });
  }
  #tellStates(session: Session): Disconnect {
    let status: Status | null = null;
    let isReady = false;
    return session.subscribe((state) => {
      if (!isReady && state.features.size) this.#tell("ready", { features: [...state.features] });
      isReady ||= state.features.size > 0;
      if (state.status === status) return;
      status = state.status;
      this.#tell("state", { status });
      if (FAILED.includes(status)) this.#tell("error", { status });
    });
  }
  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(`earpiece-${name}`, { detail, bubbles: true, composed: true }));
  }
}

/** Known settings with known values; a page's own words are none. */
function settingsOf(given: Readonly<Record<string, unknown>>): Partial<Settings> {
  const known: Readonly<Record<string, readonly unknown[]>> = {
    locale: ["en", "nl", "de"], theme: ["auto", "light", "dark"], pace: ["fast", "calm", "on-demand"], speech: ["off", "brief", "full"],
  }; // prettier-ignore
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => known[name]?.includes(value)));
}
