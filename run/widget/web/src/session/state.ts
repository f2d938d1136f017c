/** What is known, and what the view is to show of it. Nothing here has an effect. */
import type {
  AccountCapabilities, AssistantCard, AssistantResult, Conversation, ConversationRef, Feature, HostCapabilities,
  Message, Offers, Settings, Status, SummaryCard, WidgetState,
} from "../contract"; // prettier-ignore

export const SUMMARY = "summarizer";

/** A call that failed and will be made again by itself. */
export interface Trouble {
  readonly kind: "error" | "limited" | "offline";
  readonly retryAt: number;
}

/** All that is known of one conversation. It is replaced as a whole, so that nothing of another can be seen. */
export interface Talk {
  readonly ref: ConversationRef | null;
  readonly isLookedUp: boolean;
  readonly conversation: Conversation | null; // with what the host knows before the server does
  readonly pushed: readonly Message[];
  readonly isEnded: boolean; // the host says so, or the server
  readonly offers: Offers | null;
  readonly isAsking: boolean; // for suggestions of a new turn, not while typing
  readonly isSlow: boolean;
  readonly troubles: Readonly<Partial<Record<"account" | "polling" | "asking", Trouble | null>>>;
  readonly dismissed: ReadonlySet<string>;
  readonly rated: ReadonlyMap<string, "up" | "down">;
  readonly draft: string;
  readonly search: WidgetState["search"];
  readonly busy: ReadonlySet<string>; // codes of assistants that run for the agent
  readonly results: ReadonlyMap<string, { readonly result: AssistantResult; readonly at: number }>; // newer than the conversation's
  readonly edited: string | null;
  readonly saving: "saving" | "failed" | null;
  readonly latencyMs: number | null;
}

export interface Facts {
  readonly talk: Talk;
  readonly settings: Settings;
  readonly host: HostCapabilities;
  readonly capabilities: AccountCapabilities | null;
  readonly features: ReadonlySet<Feature>;
  readonly isRefused: boolean; // this account has no widget
  readonly isExpired: boolean;
  readonly isOrphaned: boolean;
  readonly isOnline: boolean;
  readonly pausedUntil: number | null;
  readonly notice: WidgetState["notice"];
  readonly spoken: WidgetState["spoken"];
  readonly queuedFeedback: number;
  readonly saved: WidgetState["saved"];
}

export function newTalk(ref: ConversationRef | null): Talk {
  return {
    ref, isLookedUp: false, conversation: null, pushed: [], isEnded: false, offers: null, isAsking: false, isSlow: false,
    troubles: {}, dismissed: new Set(), rated: new Map(), draft: "",
    search: { query: "", isBusy: false, found: null }, busy: new Set(), results: new Map(), edited: null, saving: null,
    latencyMs: null,
  }; // prettier-ignore
}

/** The state that the view shows. */
export function widgetState(facts: Facts): WidgetState {
  const { talk, capabilities } = facts;
  const status = statusOf(facts);
  return {
    ...facts,
    ...talk,
    status,
    isSlow: status === "loading" && talk.isSlow && !talk.offers,
    retryAt: troubleOf(talk)?.retryAt ?? null,
    linkHosts: capabilities?.link_hosts ?? [],
    assistants: assistantsOf(facts),
    summary: summaryOf(facts),
  };
}

function troubleOf({ troubles }: Talk): Trouble | null {
  return troubles.account ?? troubles.polling ?? troubles.asking ?? null;
}

function statusOf({ talk, ...facts }: Facts): Status {
  if (facts.isOrphaned) return "orphaned";
  if (facts.isRefused || (facts.capabilities && !facts.features.size)) return "off";
  if (facts.pausedUntil !== null) return "paused";
  if (facts.isExpired) return "expired";
  if (!talk.ref) return "idle";
  if (talk.isEnded) return "ended";
  if (!facts.isOnline) return "offline";
  const trouble = troubleOf(talk);
  if (trouble) return trouble.kind;
  if (!facts.capabilities || !talk.isLookedUp || talk.isAsking) return "loading";
  return !facts.features.has("suggestions") || hasSomething(talk) ? "ready" : "empty";
}

function hasSomething({ offers, dismissed }: Talk): boolean {
  return !!offers && (offers.links.length > 0 || offers.suggestions.some(({ id }) => !dismissed.has(id)));
}

/** Whether calls may be made at all: what is paused, off or signed out asks nothing. */
export function mayCall(facts: Facts): boolean {
  return !["orphaned", "off", "paused", "expired", "idle"].includes(statusOf(facts)) && facts.isOnline;
}

/** Whether nothing may appear while the agent types. */
export function isQuiet(status: Status): boolean {
  return !["ready", "empty", "loading"].includes(status);
}

/** Our id of the conversation, as soon as it is known. */
export function conversationId({ ref, conversation }: Talk): string | null {
  return conversation?.conversation_id ?? (ref && "id" in ref ? ref.id : null);
}

/** Of what it is that suggestions are for: the last thing that the customer said. */
export function customerTurn(conversation: Conversation | null): string | null {
  const said = conversation?.messages.filter(({ role, is_removed: isRemoved }) => role === "customer" && !isRemoved);
  return said?.[said.length - 1]?.message_id ?? null;
}

/** What the server said when asked at `askedAt`, with the host's messages that it does not know yet, in order of time. */
export function withConversation(talk: Talk, found: Conversation, askedAt: number): Talk {
  const known = new Set(found.messages.map(({ message_id: id }) => id));
  const pushed = talk.pushed.filter(({ message_id: id }) => !known.has(id));
  const messages = [...found.messages, ...pushed].sort((one, other) => Date.parse(one.sent_at) - Date.parse(other.sent_at));
  const isReopened = talk.conversation?.status === "ended" && found.status !== "ended";
  return {
    ...talk, pushed, isLookedUp: true, conversation: pushed.length ? { ...found, messages } : found,
    isEnded: found.status === "ended" || (talk.isEnded && !isReopened),
    results: new Map([...talk.results].filter(([, { at }]) => at > askedAt)),
  }; // prettier-ignore
}

/** A message that the host knows already; one that is there is not shown twice. */
export function withMessage(talk: Talk, message: Message): Talk {
  const isThere = ({ message_id: id }: Message): boolean => id === message.message_id;
  const { conversation } = talk;
  if (talk.pushed.some(isThere) || conversation?.messages.some(isThere)) return talk;
  const more = { ...talk, pushed: [...talk.pushed, message] };
  return conversation ? withConversation(more, conversation, 0) : more;
}

/**
 * New offers. While the agent types, an answer without suggestions leaves those of the turn where they are: a list that
 * empties under the eyes helps nobody.
 */
export function withOffers(talk: Talk, offers: Offers, isTurn: boolean, has: (feature: Feature) => boolean): Talk {
  const suggestions = has("suggestions") ? offers.suggestions : [];
  const links = has("links") ? offers.links : [];
  const old = talk.offers;
  const shown = isTurn || !old || suggestions.length ? { ...offers, suggestions, links } : old;
  return { ...talk, offers: shown };
}

function assistantsOf({ talk, features, capabilities }: Facts): readonly AssistantCard[] {
  if (!features.has("assistants") || !capabilities || !talk.conversation) return [];
  return capabilities.assistants
    .filter(({ code }) => code !== SUMMARY)
    .map(({ code, title, takes_text: takesText, options }) => ({
      code, title, takesText, options, isBusy: talk.busy.has(code), result: resultOf(talk, code),
    })); // prettier-ignore
}

export function resultOf({ conversation, results }: Talk, code: string): AssistantResult | null {
  return results.get(code)?.result ?? conversation?.assistants.find((one) => one.code === code && one.state) ?? null;
}

/** Whether it is known what the summary is, or that there is none. */
export function isSummarised(talk: Talk): boolean {
  return ["done", "failed", "skipped"].includes(resultOf(talk, SUMMARY)?.state ?? "");
}

/** The card that follows the end; until its text is there, or it is known that none comes, it waits. */
function summaryOf({ talk, features }: Facts): SummaryCard | null {
  if (!talk.isEnded || !features.has("summary")) return null;
  const { edited } = talk;
  const result = resultOf(talk, SUMMARY);
  const isKept = !!result && result.final_text !== null && edited === null;
  const isHere = edited !== null || isSummarised(talk);
  return { code: SUMMARY, result, edited, state: talk.saving ?? (isKept ? "saved" : isHere ? "draft" : "waiting") };
}
