/**
 * What a page and the frame in it say to each other once they have met, on one port of a MessageChannel. How they meet:
 *
 *     ▶ {type: "earpiece:hello", v: 1, id}    from the frame, until it is answered; to its parent's exact origin
 *     ◀ {type: "earpiece:connect", v: 1, id, hasField, settings} and the port    to the frame's exact origin
 *
 * `id` is new for each document in the frame: one that was loaded again is met again, one that calls twice is not.
 *
 * A field of the page gets a port of its own, which carries Signals and TypingEvents (`session/port.ts`): a field that
 * comes later, or again, is told anew what holds.
 */
import type { ConversationRef, FeedbackEvent, GetToken, Message, Settings, Status } from "../contract";

export const HELLO = "earpiece:hello";
export const CONNECT = "earpiece:connect";
export const VERSION = 1;

export type Token = Awaited<ReturnType<GetToken>>;

export interface Connect {
  readonly type: typeof CONNECT;
  readonly v: typeof VERSION;
  readonly id: string;
  readonly hasField: boolean;
  readonly settings: Partial<Settings>;
}

/** A message that the page knows of; `message_id` is the platform's, so that the server's copy is not shown twice. */
export type PushedMessage = Pick<Message, "message_id" | "role" | "text"> & Partial<Message>;

export type FromPage =
  | { readonly kind: "conversation"; readonly conversation: ConversationRef | null }
  | { readonly kind: "message"; readonly message: PushedMessage }
  | { readonly kind: "end" }
  | { readonly kind: "pause"; readonly minutes: number }
  | { readonly kind: "settings"; readonly settings: Partial<Settings> }
  | { readonly kind: "field" } // with its port; it takes the place of the one before
  | { readonly kind: "no-field" }
  | { readonly kind: "token"; readonly id: number; readonly token: Token; readonly isFailed: boolean };

export type FromFrame =
  | { readonly kind: "token"; readonly id: number; readonly why: Parameters<GetToken>[0] }
  | { readonly kind: "state"; readonly status: Status; readonly features: readonly string[] }
  | { readonly kind: "feedback"; readonly event: FeedbackEvent };
