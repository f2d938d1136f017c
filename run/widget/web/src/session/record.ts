/** What the agent did with what was offered: each thing told once, in ids, counts and times. */
import type { FeedbackEvent, Offers, SentRecord, TypingEvent, WidgetState } from "../contract";
import type { FeedbackQueue } from "../feedback/queue";
import type { Environment } from "./environment";

type Told = Extract<TypingEvent, { kind: "feedback" }>["event"];

export interface FeedbackRecord {
  /** The agent can see this set. */
  shown(conversationId: string, offers: Offers): void;
  told(conversationId: string, event: Told): void;
  /** Of a suggestion in the panel, something found, a link, or what an assistant wrote (`source`). */
  did(conversationId: string, kind: FeedbackEvent["kind"], suggestionId: string | null, state: WidgetState, source?: string, more?: object): void;
  typed(): void;
  sent(conversationId: string, record: SentRecord, offers: Offers | null): void;
  /** Another conversation: what was shown there is neither used nor ignored here. */
  turnAway(): void;
}

export function createRecord(queue: Pick<FeedbackQueue, "add">, environment: Environment): FeedbackRecord {
  let waiting = new Map<string, Told>(); // sets seen since the last message, of which nothing was used
  const seen = new Set<string>();
  let typedAt: number | null = null;

  function told(conversationId: string, event: Told): void {
    const occurred_at = new Date(environment.now()).toISOString();
    queue.add({ ...whole(event), event_id: environment.newId(), conversation_id: conversationId, occurred_at });
    if ((event.kind === "accepted" || event.kind === "copied") && event.set_id) waiting.delete(event.set_id);
  }

  return {
    told,
    shown(conversationId, offers) {
      if (seen.has(offers.set_id)) return;
      const about = aboutOf(offers);
      seen.add(offers.set_id);
      waiting.set(offers.set_id, about);
      told(conversationId, { ...about, kind: "shown" });
    },
    did(conversationId, kind, suggestionId, { offers, search }, source, more) {
      const isIt = ({ id }: { readonly id: string }): boolean => id === suggestionId;
      const offered = offers?.suggestions.findIndex(isIt) ?? -1;
      const found = search.found?.findIndex(isIt) ?? -1;
      const of = offered >= 0 ? offers!.suggestions[offered]!.source : found >= 0 ? "search" : source;
      if (!of) return; // it is gone from the panel
      const position = Math.max(offered, found);
      told(conversationId, {
        ...(found < 0 && offers && aboutOf(offers)), source: of, ...(position >= 0 && { position }),
        ...(suggestionId && { suggestion_id: suggestionId }), ...more, kind,
      }); // prettier-ignore
    },
    typed: () => void (typedAt = environment.now()),
    sent(conversationId, record, offers) {
      const about = offers ? aboutOf(offers) : {};
      const dwell = typedAt === null ? {} : { dwell_time_ms: Math.max(0, environment.now() - typedAt) };
      if (record.set_id) waiting.delete(record.set_id);
      told(conversationId, { ...about, ...record, ...dwell, kind: "sent" });
      for (const set of waiting.values()) told(conversationId, { ...set, kind: "ignored" });
      waiting = new Map();
      typedAt = null;
    },
    turnAway() {
      waiting = new Map();
      typedAt = null;
    },
  };
}

/** Browsers count time in fractions of a millisecond, the API in whole ones. */
function whole(event: Told): Told {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, typeof value === "number" ? Math.round(value) : value])) as unknown as Told;
}

function aboutOf({ set_id, model_version, settings_version }: Offers): Told {
  return { kind: "shown", set_id, model_version, settings_version };
}
