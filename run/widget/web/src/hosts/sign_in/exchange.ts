/** A proof of who the agent is, for a token of ours: `POST /v1/token`. Proof and token stay in memory. */
import type { GetToken } from "../../contract";
import { failure, failureOf } from "../../api/failure";

export type Proof = { readonly platform: string; readonly platform_token: string } | { readonly embed_token: string };
export type Obtain = (why: Parameters<GetToken>[0]) => Promise<Proof | null>;
export interface Issued {
  readonly token: string;
  readonly expiresAt: number;
}

export interface TokenDoor {
  readonly account: string;
  readonly conversationApi: string;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Ask for a proof only while there is none: a platform's token is exchanged again until it is refused, an embed token
 * works once. Null when nobody proves anything; rejects with a Failure when it cannot be known now.
 */
export function tokensFor(door: TokenDoor, obtain: Obtain): GetToken {
  let proof: Proof | null = null;
  return async (why) => {
    const again = proof && (await exchange(door, proof));
    if (again) return again;
    proof = null;
    const fresh = await obtain(why);
    const issued = fresh && (await exchange(door, fresh));
    if (issued && fresh && "platform" in fresh) proof = fresh;
    return issued;
  };
}

/** Null when the proof is refused: the agent has to sign in again. */
export async function exchange({ account, conversationApi, fetch: send = (...args) => fetch(...args) }: TokenDoor, proof: Proof): Promise<Issued | null> {
  const address = `${conversationApi}/v1/token?account=${encodeURIComponent(account)}`;
  const body = JSON.stringify(proof);
  const asked = send(address, { method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit", body });
  const response = await asked.catch(() => {
    throw failure("unavailable", "network");
  });
  if (response.status === 401 || response.status === 403) return null;
  if (!response.ok) throw await failureOf(response);
  const { token, expires_at } = (await response.json()) as { token: string; expires_at: string };
  return { token, expiresAt: Date.parse(expires_at) };
}
