import { describe, expect, it } from "vitest";
import { answerIn, authorizeAddress, challengeOf, newAttempt } from "../../src/hosts/sign_in/pkce";

describe("PKCE", () => {
  it("makes the challenge of RFC 7636, appendix B", async () => {
    const challenge = await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", crypto);

    expect(challenge).toBe("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  });

  it("takes a state and a verifier of 43 characters, other ones each time", () => {
    const [one, other] = [newAttempt(crypto), newAttempt(crypto)];

    for (const text of [one.state, one.verifier]) expect(text).toMatch(/^[\w-]{43}$/);
    expect(new Set([one.state, one.verifier, other.state, other.verifier]).size).toBe(4);
  });

  it("asks for a code and keeps what the address had", () => {
    const client = { authorizeUrl: "https://login.example/oauth/authorize?org=7", clientId: "c 1", redirectUri: "https://assist.example/w/acme/genesys" };

    const { searchParams: asked } = new URL(authorizeAddress(client, "s", "ch"));

    expect(Object.fromEntries(asked)).toEqual({
      org: "7", response_type: "code", client_id: "c 1", redirect_uri: client.redirectUri, state: "s", code_challenge: "ch", code_challenge_method: "S256",
    }); // prettier-ignore
  });

  it.each([
    ["code=a&state=b", { kind: "code", code: "a", state: "b" }],
    ["error=access_denied&state=b", { kind: "refused", state: "b" }],
    ["code=a", { kind: "none" }],
    ["state=b", { kind: "none" }],
    ["conversationId=1", { kind: "none" }],
  ])("reads %s", (query, answer) => {
    expect(answerIn(new URLSearchParams(query))).toEqual(answer);
  });
});
