/** OAuth 2 authorization code with PKCE (RFC 7636, S256) for a public client: no secret in a page. */

/** What has to be remembered between asking and the answer. Not a secret of the account, and useless after one use. */
export interface Attempt {
  readonly state: string;
  readonly verifier: string;
}

export interface Client {
  readonly authorizeUrl: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

export type Answer =
  | { readonly kind: "code"; readonly code: string; readonly state: string }
  | { readonly kind: "refused"; readonly state: string } // the platform says why; nobody here can act on it
  | { readonly kind: "none" };

/** Fresh, from 256 bits of randomness each: 43 characters of base64url. */
export function newAttempt(random: Crypto): Attempt {
  const one = (): string => base64url(random.getRandomValues(new Uint8Array(32)));
  return { state: one(), verifier: one() };
}

/** BASE64URL(SHA256(verifier)). */
export async function challengeOf(verifier: string, random: Crypto): Promise<string> {
  return base64url(new Uint8Array(await random.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

export function authorizeAddress({ authorizeUrl, clientId, redirectUri }: Client, state: string, challenge: string): string {
  const address = new URL(authorizeUrl);
  const wanted = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(wanted)) address.searchParams.set(name, value);
  return address.href;
}

/** What the platform answered in the query of the redirect. Without a state it answered nobody here. */
export function answerIn(query: URLSearchParams): Answer {
  const state = query.get("state");
  const code = query.get("code");
  if (!state) return { kind: "none" };
  if (code) return { kind: "code", code, state };
  return query.has("error") ? { kind: "refused", state } : { kind: "none" };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
