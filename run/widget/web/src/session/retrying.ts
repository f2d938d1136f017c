/** A call that is made again by itself after it failed: sooner at first, later each time, and the status says so. */
import type { Failure } from "../contract";
import type { Scope } from "./scope";
import type { Talk, Trouble } from "./state";

export interface Retrying {
  /** Whether the last attempt failed and the next has its time. */
  isWaiting(): boolean;
  failed(why: Failure): void;
  /** It went well, or is tried at once: nothing is waited for. */
  done(): void;
}

export function createRetrying(scope: Scope, name: keyof Talk["troubles"], run: () => void): Retrying {
  const { environment } = scope;
  let attempts = 0;
  let cancel = (): void => undefined;
  const show = (trouble: Trouble | null): void => scope.set({ troubles: { ...scope.talk().troubles, [name]: trouble } });

  return {
    isWaiting: () => attempts > 0,
    failed(why) {
      if (why.kind === "aborted" || scope.isFatal(why)) return;
      const wait = retryWait(attempts++, why, environment.random());
      cancel();
      cancel = scope.after(wait, run);
      show({ kind: kindOf(why), retryAt: environment.now() + wait });
    },
    done() {
      cancel();
      attempts = 0;
      if (scope.talk().troubles[name]) show(null);
    },
  };
}

/** Milliseconds until the next attempt: 2, 4, 8, then 30 s, a quarter more or less, and never before the server wants it. */
export function retryWait(attempts: number, { kind, retryAfterMs }: Failure, random: number): number {
  if (kind === "refused") return 300_000; // somebody has to change something first
  return Math.max(([2, 4, 8][attempts] ?? 30) * 1000 * (0.75 + random / 2), retryAfterMs ?? 0);
}

function kindOf({ kind }: Failure): Trouble["kind"] {
  if (kind === "offline") return kind;
  return kind === "limited" || kind === "refused" ? "limited" : "error";
}
