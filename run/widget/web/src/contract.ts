/**
 * What the parts of the widget know of each other. Types alone: nothing of this file is in the bundle.
 *
 *   host ──conversation, sign-in──▶ session ──WidgetState──▶ view
 *                                   │   ▲  ◀──Actions────────┘
 *                            Signals│   │TypingEvents
 *                                   ▼   │
 *   field ◀──insert, ghost── typing (completes from the pack by itself)
 *
 * Texts are UTF-16 strings, positions count UTF-16 code units, times are milliseconds of Unix time unless named
 * otherwise. Everything that connects returns how to disconnect.
 */

export type Disconnect = () => void;
export type Range = readonly [start: number, end: number];

// ── what the APIs answer, as on the wire (openapi.json of conversation_api and suggestion_api) ──────────────────────

export interface Suggestion {
  readonly id: string;
  readonly text: string;
  readonly replace: Range;
  readonly score: number;
  readonly source: "model" | "canned" | "starter";
  readonly slots: readonly string[];
}

export interface Completion {
  readonly id: string;
  readonly text: string;
  readonly replace: Range;
  readonly score: number;
  readonly source: "model" | "canned" | "starter";
}

export interface Link {
  readonly url: string;
  readonly title: string;
  readonly score: number;
}

/** JSON, version 2; `shared/earpiece/engine/pack_completing.py` says how to complete from it. */
export interface PackBody {
  readonly version: number;
  readonly [name: string]: unknown;
}

/** The answer of `POST /v1/conversations/{id}/suggestions`. */
export interface Offers {
  readonly set_id: string;
  readonly suggestions: readonly Suggestion[];
  readonly links: readonly Link[];
  readonly completion: Completion | null;
  readonly pack: PackBody | null;
  readonly model_version: string | null;
  readonly settings_version: string | null;
  readonly based_on: number;
  readonly degraded: boolean;
  readonly reasons: readonly string[];
}

export interface Message {
  readonly message_id: string;
  readonly role: "agent" | "customer" | "bot" | "system" | "supervisor" | "unknown";
  readonly participant_id: string | null;
  readonly text: string;
  readonly visibility: string;
  readonly sent_at: string;
  readonly edited_at: string | null;
  readonly is_removed: boolean;
}

export interface AssistantResult {
  readonly code: string;
  readonly run_id: string | null;
  readonly state: "done" | "skipped" | "failed" | "running" | "waiting" | null;
  readonly reason: string;
  readonly is_stale: boolean;
  readonly is_trimmed: boolean;
  readonly text: string;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly final_text: string | null;
}

export interface Conversation {
  readonly conversation_id: string;
  readonly platform: string;
  readonly platform_conversation_id: string;
  readonly status: string; // "open" | "ended"
  readonly agent_id: string | null;
  readonly locale: string | null;
  readonly based_on: number;
  readonly participants: readonly { readonly participant_id: string; readonly role: string; readonly name: string | null }[];
  readonly messages: readonly Message[];
  readonly assistants: readonly AssistantResult[];
}

/** What this account's widget can do: `GET /v1/capabilities` of conversation_api. What is absent is not shown. */
export interface AccountCapabilities {
  readonly features: readonly Feature[];
  readonly assistants: readonly { readonly code: string; readonly title: string; readonly takes_text: boolean; readonly options: readonly string[] }[];
  readonly default_language: string;
  readonly link_hosts: readonly string[]; // empty: every https link that the API gives
}
export type Feature = "suggestions" | "completion" | "links" | "conversation" | "search" | "assistants" | "summary" | "feedback";

export interface FoundReply {
  readonly id: string;
  readonly text: string;
  readonly score: number;
  readonly source: string;
  readonly slots: readonly string[];
}

// ── the door to the APIs; the extension has one that speaks with its service worker ──────────────────────────────────

export type ConversationRef =
  | { readonly id: string }
  | { readonly platform: string; readonly platformId: string };

export interface Api {
  capabilities(signal?: AbortSignal): Promise<AccountCapabilities>;
  /** The conversation, or "same" while the one of `etag` is still so; rejects with a Failure of kind "unknown" before its first event. */
  conversation(ref: ConversationRef, etag: string | null, signal?: AbortSignal): Promise<{ conversation: Conversation; etag: string } | "same">;
  suggest(conversationId: string, wanted: SuggestWanted, signal?: AbortSignal): Promise<Offers>;
  search(query: string, language: string | null, signal?: AbortSignal): Promise<readonly FoundReply[]>;
  runAssistant(conversationId: string, code: string, wanted: { text?: string; option?: string }, signal?: AbortSignal): Promise<AssistantResult>;
  keepFinalText(conversationId: string, code: string, text: string): Promise<AssistantResult>;
  /** At most 100 events; resolves when they are durable. */
  feedback(events: readonly FeedbackEvent[]): Promise<void>;
  /** At unload: whatever the browser can still send. False when it took nothing. */
  feedbackAtUnload(events: readonly FeedbackEvent[]): boolean;
  dispose(): void;
}

export interface SuggestWanted {
  readonly draft: string;
  readonly cursor: number;
  readonly language: string | null;
  readonly pack_based_on: number | null;
  readonly wants_pack: boolean;
}

/** Why a call came to nothing. `retryAfterMs` as the server said (429, 503). */
export interface Failure extends Error {
  readonly kind: "offline" | "expired" | "limited" | "unavailable" | "unknown" | "refused" | "orphaned" | "aborted";
  readonly retryAfterMs: number | null;
}

/** Where tokens come from: asked for before the first call, before expiry, and once after a 401. Null: nobody is signed in. */
export type GetToken = (why: "first" | "renew" | "refused") => Promise<{ token: string; expiresAt: number } | string | null>;

// ── feedback: the message-sent record and what led to it; ids, counts and times, never text ─────────────────────────

/** Where a piece of a sent message came from. */
export type Augmentation = "FREEHAND" | "AUTOSUGGEST" | "PHRASE_AUTOCOMPLETE" | "GLOBAL_INSERT";

export interface FeedbackEvent {
  readonly event_id: string;
  readonly conversation_id: string;
  readonly kind: "shown" | "accepted" | "copied" | "dismissed" | "rated" | "ignored" | "sent";
  readonly occurred_at: string;
  readonly set_id?: string | null;
  readonly suggestion_id?: string | null;
  readonly position?: number;
  readonly source?: string;
  readonly model_version?: string | null;
  readonly settings_version?: string | null;
  readonly rating?: "up" | "down";
  readonly augmentation_types?: readonly Augmentation[];
  readonly edit_count?: number; // of what was inserted
  readonly key_count?: number;
  readonly sent_character_count?: number;
  readonly saved_keystroke_count?: number;
  readonly presented_completion_count?: number;
  readonly accepted_completion_count?: number;
  readonly time_to_action_ms?: number;
  readonly crafting_time_ms?: number;
  readonly dwell_time_ms?: number;
}

// ── the agent's text field ───────────────────────────────────────────────────────────────────────────────────────────

export interface Draft {
  readonly text: string;
  readonly start: number; // of the selection
  readonly end: number;
  readonly isComposing: boolean;
}

/** One text field of the host page: a textarea, an input, or anything contenteditable. The host's DOM is never changed but through insertion. */
export interface Field {
  readonly element: HTMLElement;
  read(): Draft;
  /** Whether we may read and write it now: not read-only, disabled, a password, a card or a code, nor marked data-private. */
  isOpen(): boolean;
  maxLength(): number | null;
  direction(): "ltr" | "rtl";
  /** Put text in place of a range; true once the host's own text has been seen to hold it (two frames later). One step of undo. */
  insert(range: Range, text: string): Promise<boolean>;
  select(range: Range): void;
  focus(): void;
}

/** Grey text at the caret, in the top layer, outside the host's DOM. */
export interface Ghost {
  show(text: string): void;
  hide(): void;
  readonly isShown: boolean;
  dispose(): void;
}

// ── between the field side (typing) and the session: one-way messages, so that a MessagePort can carry them ─────────

/** From the session to the field side. */
export type Signal =
  /** Another conversation, or none: forget all that was offered; a late answer to the old one never shows. */
  | { readonly kind: "turn"; readonly conversationId: string | null }
  | { readonly kind: "pack"; readonly conversationId: string; readonly pack: PackBody; readonly about: Provenance }
  /** The server's own completion of exactly this draft. */
  | { readonly kind: "completion"; readonly conversationId: string; readonly draft: string; readonly completion: Completion | null; readonly about: Provenance }
  | { readonly kind: "insert"; readonly id: number; readonly text: string; readonly how: InsertHow; readonly about: Provenance & { readonly suggestionId: string | null } }
  | { readonly kind: "settings"; readonly settings: Settings }
  | { readonly kind: "quiet"; readonly isQuiet: boolean } // paused, off, expired, offline
  | { readonly kind: "focus" };

export type InsertHow = "suggestion" | "search" | "link" | "assistant";

export interface Provenance {
  readonly setId: string | null;
  readonly modelVersion: string | null;
  readonly settingsVersion: string | null;
}

/** From the field side to the session. Drafts go to the session alone, never into events of the page. */
export type TypingEvent =
  /** The draft changed. `needs` "pack" when the pack at hand has been left, "now" when the agent asks (Alt+\). */
  | { readonly kind: "draft"; readonly seq: number; readonly text: string; readonly cursor: number; readonly needs: "nothing" | "pack" | "now" }
  | { readonly kind: "feedback"; readonly event: Omit<FeedbackEvent, "event_id" | "conversation_id" | "occurred_at"> }
  | { readonly kind: "announce"; readonly text: string; readonly isGhost: boolean }
  | { readonly kind: "inserted"; readonly id: number; readonly isConfirmed: boolean }
  /** A key of the keyboard map that the panel answers: insert suggestion n, focus the panel. */
  | { readonly kind: "command"; readonly command: Command }
  /** Esc three times in a minute: offer to pause. */
  | { readonly kind: "bothered" }
  | { readonly kind: "unfilled"; readonly slots: readonly string[] } // about to send with placeholders, as they stand there: "{PERSON}"
  | { readonly kind: "sent"; readonly record: SentRecord };

export type Command =
  | { readonly name: "insert-suggestion"; readonly number: number } // from 1
  | { readonly name: "focus-panel" };

/** The part of the message-sent record that only the field side can count. */
export type SentRecord = Pick<
  FeedbackEvent,
  | "augmentation_types" | "edit_count" | "key_count" | "sent_character_count" | "saved_keystroke_count"
  | "presented_completion_count" | "accepted_completion_count" | "time_to_action_ms" | "crafting_time_ms"
  | "set_id" | "suggestion_id"
>;

export interface TypingPort {
  onSignal(listener: (signal: Signal) => void): Disconnect;
  tell(event: TypingEvent): void;
}

// ── settings of one agent ────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What a key does in the field. "accept" with Tab: not in an empty field before the agent has typed or clicked there, since
 * somebody who tabs through the page means to go on; "accept-at-end" takes the offer there too.
 */
export type KeyName =
  | "accept" | "accept-word" | "accept-at-end" | "hide" | "next" | "previous" | "ask"
  | "insert-1" | "insert-2" | "insert-3" | "panel";
/** A key: `KeyboardEvent.key` with modifiers before it, in this order: "Ctrl+Alt+Shift+Meta+Key". "Tab", "Alt+]". */
export type Keymap = Readonly<Record<KeyName, string>>;

export interface Settings {
  readonly locale: "en" | "nl" | "de";
  readonly theme: "auto" | "light" | "dark";
  readonly pace: "fast" | "calm" | "on-demand"; // 60 ms, 400 ms, only Alt+\
  readonly speech: "off" | "brief" | "full";
  readonly keymap: Keymap;
}

// ── the session: everything that is decided, without DOM ────────────────────────────────────────────────────────────

export type Status =
  | "off" | "paused" | "idle" | "loading" | "ready" | "empty" | "error" | "offline" | "expired" | "orphaned" | "limited" | "ended";

export interface WidgetState {
  readonly status: Status;
  readonly isSlow: boolean; // loading for more than 300 ms with nothing to show: skeleton
  readonly pausedUntil: number | null;
  readonly retryAt: number | null;
  readonly settings: Settings;
  readonly features: ReadonlySet<Feature>;
  readonly host: HostCapabilities;
  readonly conversation: Conversation | null;
  readonly offers: Offers | null; // dimmed while the status is "error" or "offline"
  readonly linkHosts: readonly string[]; // of AccountCapabilities: empty, every https link
  readonly dismissed: ReadonlySet<string>; // suggestion ids
  readonly rated: ReadonlyMap<string, "up" | "down">;
  readonly draft: string; // what the agent has typed, for the view to mark where a suggestion goes on from it
  readonly search: { readonly query: string; readonly isBusy: boolean; readonly found: readonly FoundReply[] | null };
  readonly assistants: readonly AssistantCard[];
  readonly summary: SummaryCard | null;
  readonly notice: Notice | null; // one line that goes away by itself or by an answer
  readonly spoken: Speech | null; // for the one live region
  readonly queuedFeedback: number;
  readonly saved: { readonly keys: number; readonly characters: number; readonly messages: number }; // of this session
  readonly latencyMs: number | null; // of the last suggestions, measured here
}

/** A text, or what the view's locales have the words for; another `id`: it is spoken again. */
export type Speech = { readonly id: number } & ({ readonly text: string } | { readonly what: Spoken; readonly count: number });
export type Spoken =
  | "suggestions" | "loading" | "copied" | "summary" | "paused" | "error" | "offline" | "expired" | "orphaned"; // prettier-ignore

export interface AssistantCard {
  readonly code: string;
  readonly title: string;
  readonly takesText: boolean;
  readonly options: readonly string[];
  readonly isBusy: boolean;
  readonly result: AssistantResult | null;
}

export interface SummaryCard {
  readonly code: string;
  readonly result: AssistantResult | null;
  readonly edited: string | null; // what the agent makes of it, not kept yet
  readonly state: "waiting" | "draft" | "saving" | "saved" | "failed";
}

export type Notice =
  | { readonly kind: "copied" } // insertion could not be confirmed: it is on the clipboard
  | { readonly kind: "copy-failed" }
  | { readonly kind: "unfilled"; readonly slots: readonly string[] }
  | { readonly kind: "offer-pause" }
  | { readonly kind: "unsaved-summary" };

export interface Actions {
  insert(text: string, how: InsertHow, suggestionId: string | null): void;
  copy(text: string, suggestionId: string | null): void;
  dismiss(suggestionId: string): void;
  rate(suggestionId: string, rating: "up" | "down"): void;
  openedLink(url: string): void;
  search(query: string): void;
  runAssistant(code: string, wanted: { text?: string; option?: string }): void;
  editSummary(text: string): void;
  saveSummary(): void;
  pause(minutes: number): void;
  resume(): void;
  retry(): void;
  signIn(): void;
  closeNotice(): void;
  configure(patch: Partial<Settings>): void;
  focusField(): void;
  tellReading(hasPanelFocus: boolean): void; // polls faster while the agent reads or types
}

export interface Session {
  readonly actions: Actions;
  readonly port: TypingPort;
  state(): WidgetState;
  subscribe(listener: (state: WidgetState) => void): Disconnect;
  /** Keys that the panel answers: "focus-panel" is the view's; suggestions are inserted already when this tells of them. */
  onCommand(listener: (command: Command) => void): Disconnect;
  setConversation(ref: ConversationRef | null): void;
  /** Messages that the host knows before the server does; ids are the platform's, so none is shown twice. */
  pushMessage(message: Message): void;
  end(): void;
  dispose(): void;
}

// ── hosts: one adapter a platform, each with a double in the tests ───────────────────────────────────────────────────

export interface HostCapabilities {
  readonly insert: boolean; // puts text into the composer
  readonly ghost: boolean; // a field of this page: ghost text and typing
  readonly copy: boolean; // the clipboard may be written
}

export interface Host {
  readonly name: string;
  readonly capabilities: HostCapabilities;
  /** Begin to tell of conversations; resolves when the platform answered. Rejects when this is not its page. */
  start(listener: HostListener): Promise<Disconnect>;
  /** Into the composer, to be reviewed and sent by the agent; true when the platform confirmed. */
  insert(text: string): Promise<boolean>;
  getToken: GetToken;
}

export interface HostListener {
  conversation(ref: ConversationRef | null): void;
  ended(ref: ConversationRef): void;
  /** The platform tells what was sent after an insertion (Salesforce): edited or not. */
  sent?(text: string): void;
}
