/** What every part of the panel is drawn from. */
import type { Actions, KeyName, WidgetState } from "../contract";
import type { Wording } from "./wording";

/** What only this panel knows: where one is in it. */
export interface Local {
  readonly isSettingsOpen: boolean;
  readonly edited: string | null; // the conversation whose summary is being edited
  readonly isConversationOpen: boolean;
  readonly active: number; // the suggestion that Tab reaches, from 0
  readonly taking: KeyName | null; // the name that waits for its key
  readonly isHeard: boolean; // the live region has been there, empty: what is in it from the start is not spoken
  readonly trouble: string; // why that key was not taken
}

export interface Scene {
  readonly state: WidgetState;
  readonly actions: Actions;
  readonly words: Wording;
  readonly local: Local;
  readonly later: typeof import("./later") | null; // null: still on its way
  /** Draw again with this changed; then focus what `focus` selects, if anything. */
  change(patch: Partial<Local>, focus?: string): void;
}
