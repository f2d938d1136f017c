/** What the effects of one conversation may use. It closes when another is chosen: nothing is set or told after that. */
import type { Api, Disconnect, Failure, Feature, Signal, Spoken } from "../contract";
import type { Environment } from "./environment";
import type { Talk } from "./state";

export interface Scope {
  readonly api: Api;
  readonly environment: Environment;
  /** Aborted when the scope closes; every call of it carries this. */
  readonly signal: AbortSignal;
  talk(): Talk;
  set(patch: Partial<Talk>): void;
  /** To the field side. */
  tell(signal: Signal): void;
  has(feature: Feature): boolean;
  mayCall(): boolean;
  after(ms: number, run: () => void): Disconnect;
  /** Whether this ends all calls, and not this one alone: nobody is signed in, or we are cut off. */
  isFatal(failure: Failure): boolean;
  speak(what: Spoken, count?: number): void;
}
