/** Putting a text where the agent types: into the field when that can be confirmed, else onto the clipboard. */
import type { Disconnect, HostCapabilities, InsertHow, Notice, Signal, WidgetState } from "../contract";
import type { Environment } from "./environment";

const CONFIRMED_WITHIN_MS = 2_000;

interface Options {
  readonly environment: Environment;
  readonly host: HostCapabilities;
  copy(text: string): Promise<boolean>;
  state(): WidgetState;
  /** Whether there is a field side to insert. */
  hasField(): boolean;
  tell(signal: Signal): void;
  notify(notice: Notice): void;
  did(kind: "accepted" | "copied", suggestionId: string | null, source?: string): void;
  onCopied(): void;
}

export interface Inserting {
  insert(text: string, how: InsertHow, suggestionId: string | null): void;
  inserted(id: number, isConfirmed: boolean): void;
  copy(text: string, suggestionId: string | null): void;
  dispose: Disconnect;
}

export function createInserting({ environment, host, copy, state, hasField, tell, notify, did, onCopied }: Options): Inserting {
  const waiting = new Map<number, { readonly settle: (isConfirmed: boolean) => void; readonly cancel: Disconnect }>();
  let last = 0;

  async function put(text: string, suggestionId: string | null, onDone: () => void): Promise<void> {
    if (!host.copy || !(await copy(text).catch(() => false))) return notify({ kind: "copy-failed" });
    did("copied", suggestionId);
    onDone();
  }
  const copyInstead = (text: string, suggestionId: string | null): void =>
    void put(text, suggestionId, () => notify({ kind: "copied" }));

  function inserted(id: number, isConfirmed: boolean): void {
    const one = waiting.get(id); // none: it was given up
    waiting.delete(id);
    one?.cancel();
    one?.settle(isConfirmed);
  }

  return {
    inserted,
    copy: (text, suggestionId) => void put(text, suggestionId, onCopied),
    insert(text, how, suggestionId) {
      if (!host.insert || !hasField()) return copyInstead(text, suggestionId);
      const id = ++last;
      const settle = (isConfirmed: boolean): void => (isConfirmed ? did("accepted", suggestionId, how) : copyInstead(text, suggestionId));
      waiting.set(id, { settle, cancel: environment.after(CONFIRMED_WITHIN_MS, () => inserted(id, false)) });
      const { set_id = null, model_version = null, settings_version = null } = state().offers ?? {};
      const about = { setId: set_id, modelVersion: model_version, settingsVersion: settings_version, suggestionId };
      tell({ kind: "insert", id, text, how, about });
    },
    dispose: () => waiting.forEach(({ cancel }) => cancel()),
  };
}
