/** Signing in from the extension, in a window of the browser's own: silently where the agent is signed in already. */
import type { GetToken } from "../src/contract";
import { exchange } from "../src/hosts/sign_in/exchange";
import type { Proof } from "../src/hosts/sign_in/exchange";
import { answerIn, authorizeAddress, challengeOf, newAttempt } from "../src/hosts/sign_in/pkce";
import { redeem } from "../src/hosts/sign_in/platform";
import type { Configuration } from "./configuration";
import { keepSignedIn, signedIn } from "./keeping";

const GOOD_FOR_MS = 60_000;

/** A token that is good for a minute at least; null when nobody is signed in and nobody may be asked. */
export async function tokenFor(known: Configuration, isInteractive: boolean, why: Parameters<GetToken>[0]): ReturnType<GetToken> {
  const kept = await signedIn();
  if (kept && why !== "refused" && kept.expiresAt - Date.now() > GOOD_FOR_MS) return kept;
  const again = kept?.proof ? await exchange(known, kept.proof) : null;
  if (kept && again) return keep(again, kept.proof);
  const proof = await prove(known, isInteractive).catch(() => null); // closed, blocked, or not signed in there
  const issued = proof && (await exchange(known, proof));
  return issued ? keep(issued, "platform" in proof! ? proof : null) : keepSignedIn(null).then(() => null);
}

async function keep(issued: { token: string; expiresAt: number }, proof: Proof | null) {
  await keepSignedIn({ ...issued, proof });
  return issued;
}

/** Rejects when the window was closed, or would have had to ask and must not. */
async function prove({ signIn, sites }: Configuration, interactive: boolean): Promise<Proof | null> {
  if (!signIn) return null;
  const redirectUri = chrome.identity.getRedirectURL("earpiece");
  if (signIn.kind === "embed") {
    const address = new URL(signIn.url);
    address.searchParams.set("redirect_uri", redirectUri);
    const back = await chrome.identity.launchWebAuthFlow({ url: address.href, interactive });
    const embed_token = new URLSearchParams(new URL(back ?? redirectUri).hash.slice(1)).get("embed_token");
    return embed_token ? { embed_token } : null;
  }
  const attempt = newAttempt(crypto);
  const client = { ...signIn, redirectUri };
  const url = authorizeAddress(client, attempt.state, await challengeOf(attempt.verifier, crypto));
  const answer = answerIn(new URL((await chrome.identity.launchWebAuthFlow({ url, interactive })) ?? redirectUri).searchParams);
  if (answer.kind !== "code" || answer.state !== attempt.state) return null;
  const platform_token = await redeem(signIn.tokenUrl, client, answer.code, attempt.verifier);
  return platform_token ? { platform: sites[0]?.platform ?? "", platform_token } : null;
}
