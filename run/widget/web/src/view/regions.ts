/** Which parts of the panel a state shows. No DOM. */
import type { Feature, Status, Suggestion, WidgetState } from "../contract";

export type Region = "conversation" | "suggestions" | "links" | "search" | "assistants" | "summary";

const HELPS: readonly Region[] = ["conversation", "suggestions", "links", "search", "assistants"];

const SHOWN: Readonly<Record<Status, readonly Region[]>> = {
  off: [],
  paused: [],
  idle: [],
  expired: [],
  orphaned: [],
  loading: HELPS,
  ready: HELPS,
  empty: HELPS,
  error: HELPS,
  offline: HELPS,
  limited: HELPS,
  ended: ["summary", "conversation", "assistants"],
};

/** The parts to show: those of the status that the account has and that hold something. */
export function regionsOf(state: WidgetState): ReadonlySet<Region> {
  return new Set(SHOWN[state.status].filter((region) => state.features.has(region satisfies Feature) && holds(state, region)));
}

function holds(state: WidgetState, region: Region): boolean {
  switch (region) {
    case "conversation":
      return state.conversation !== null;
    case "assistants":
      return state.assistants.length > 0;
    case "summary":
      return state.summary !== null;
    case "suggestions":
      return state.status === "loading" || standing(state).length > 0;
    case "links":
      return !!state.offers?.links.length;
    default:
      return true;
  }
}

/** The suggestions that stand, in their order. */
export function standing({ offers, dismissed }: WidgetState): readonly Suggestion[] {
  return offers?.suggestions.filter((one) => !dismissed.has(one.id)) ?? [];
}

/** Whether there is anything to pause, or to resume. */
export function canPause(status: Status): boolean {
  return !["off", "expired", "orphaned"].includes(status);
}

export type Tone = "good" | "quiet" | "bad";

const TONES: Partial<Record<Status, Tone>> = { loading: "good", ready: "good", empty: "good", error: "bad", offline: "bad", expired: "bad", orphaned: "bad" };

export function toneOf(status: Status): Tone {
  return TONES[status] ?? "quiet";
}
