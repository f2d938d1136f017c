/** Proofs from the platform itself (OAuth with PKCE), and from a page of the account's own. */
import { failure } from "../../api/failure";
import type { SignInSettings } from "../frame_settings";
import { originOf, textOf } from "../origins";
import type { Obtain } from "./exchange";
import { answerIn, authorizeAddress, challengeOf, newAttempt } from "./pkce";
import type { Answer, Attempt, Client } from "./pkce";
import { askInPopup, handedOver } from "./popup";
import { arrived, leave } from "./redirect";
import type { Returned } from "./redirect";

type OAuth = Extract<SignInSettings, { kind: "platform" }>;

export interface SignInPage {
  readonly page: Window;
  readonly platform: string;
  /** The platform's desktop application cannot follow redirects in a frame. */
  readonly usesPopup: boolean;
  readonly returned: Returned | null;
}

/** The platform's token for the agent who is signed in there. */
export function fromPlatform(settings: OAuth, { page, platform, usesPopup, returned }: SignInPage): Obtain {
  const redirectUri = settings.redirectUri ?? page.location.origin + page.location.pathname;
  const client: Client = { ...settings, redirectUri };
  let back = returned;
  const proofOf = async (answer: Answer, attempt: Attempt) => {
    if (answer.kind !== "code" || answer.state !== attempt.state) return null;
    const platform_token = await redeem(settings.tokenUrl, client, answer.code, attempt.verifier);
    return platform_token ? { platform, platform_token } : null;
  };

  return async () => {
    if (back) {
      const { answer, attempt } = back;
      back = null;
      const proof = await proofOf(answer, attempt);
      if (proof) arrived(page);
      return proof;
    }
    const attempt = newAttempt(page.crypto);
    // A popup must open while the click still counts; the challenge takes a moment of that.
    const address = authorizeAddress(client, attempt.state, await challengeOf(attempt.verifier, page.crypto));
    if (!usesPopup && leave(page, address, attempt, Date.now())) return new Promise(() => undefined);
    const query = await askInPopup(page, address, originOf(redirectUri) ?? "", handedOver);
    return query && proofOf(answerIn(query), attempt);
  };
}

/** An embed token from the account's own page: `{type: "earpiece:embed-token", token}` posted to the origin that asked. */
export function fromAccountPage(settings: Extract<SignInSettings, { kind: "embed" }>, page: Window): Obtain {
  const address = new URL(settings.url);
  address.searchParams.set("origin", page.location.origin);
  return async () => {
    const token = await askInPopup(page, address.href, address.origin, (data) => (data["type"] === "earpiece:embed-token" ? textOf(data["token"]) : null));
    return token ? { embed_token: token } : null;
  };
}

/** The platform's token for a code; null when it does not take the code. Rejects with a Failure when it cannot be reached. */
export async function redeem(tokenUrl: string, client: Client, code: string, verifier: string): Promise<string | null> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: client.redirectUri,
    client_id: client.clientId,
    code_verifier: verifier,
  });
  const response = await fetch(tokenUrl, { method: "POST", body, credentials: "omit" }).catch(() => {
    throw failure("unavailable", "network");
  });
  return response.ok ? textOf(((await response.json()) as { access_token?: unknown }).access_token) : null;
}
