/** The agent's token: in memory only, renewed before it expires, and asked for once however many calls wait for it. */
import type { GetToken } from "../contract";
import { failure } from "./failure";

const RENEW_BEFORE_MS = 60_000;
const LIFE_MS = 600_000; // of one whose end the host does not tell; a 401 shows where that was too long
const KEEP_AT_LEAST_MS = 30_000; // with a clock that is ahead, every new token would look expired

interface Token {
  readonly text: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

export interface Tokens {
  /** A token that is good for now. Rejects with "expired" when nobody is signed in. */
  current(): Promise<string>;
  /** After a 401: another token than the refused one. */
  instead(refused: string): Promise<string>;
  /** The one at hand, for a call that cannot wait. */
  atHand(): string | null;
  forget(): void;
}

export function createTokens(getToken: GetToken, now: () => number): Tokens {
  let token: Token | null = null;
  let asking: Promise<string> | null = null;

  async function ask(why: "first" | "renew" | "refused"): Promise<string> {
    const given = await getToken(why);
    if (!given) {
      token = null;
      throw failure("expired");
    }
    const { token: text, expiresAt } = typeof given === "string" ? { token: given, expiresAt: now() + LIFE_MS } : given;
    const least = now() + KEEP_AT_LEAST_MS;
    token = { text, renewAt: Math.max(expiresAt - RENEW_BEFORE_MS, least), expiresAt: Math.max(expiresAt, least) };
    return text;
  }
  const askOnce = (why: "first" | "renew" | "refused"): Promise<string> =>
    (asking ??= ask(why).finally(() => (asking = null)));

  return {
    async current() {
      if (!token) return askOnce("first");
      if (now() >= token.expiresAt) return askOnce("renew");
      const { text, renewAt } = token;
      // Still good: nobody waits for the next one, and if it cannot be had now, it is asked for again.
      if (now() >= renewAt) askOnce("renew").catch(() => undefined);
      return text;
    },
    async instead(refused) {
      return token && token.text !== refused ? token.text : askOnce("refused");
    },
    atHand: () => token?.text ?? null,
    forget: () => void (token = null),
  };
}
