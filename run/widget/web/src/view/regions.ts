/** Which parts of the panel a state shows. No DOM. */
import type { Feature, Status, WidgetState } from "../contract";

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
    default:
      return true;
  }
}

export type Tone = "good" | "quiet" | "bad";

const TONES: Partial<Record<Status, Tone>> = { loading: "good", ready: "good", empty: "good", error: "bad", offline: "bad", expired: "bad", orphaned: "bad" };

export function toneOf(status: Status): Tone {
  return TONES[status] ?? "quiet";
}
