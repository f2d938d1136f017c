/** What the service tells a frame page of its account and platform, as JSON in the page: nothing secret. */
import { isRecord, textOf } from "./origins";

export interface FrameSettings {
  readonly account: string;
  /** Address of conversation_api, without a slash at the end: there a proof becomes a token. */
  readonly conversationApi: string;
  /** Address of suggestion_api; that of conversation_api where both are one. */
  readonly suggestionApi?: string;
  /** Whose desktop is around us; null for a page of the account's own. */
  readonly platform?: string | null;
  /** The account's `frame_ancestors`: who may be around us. */
  readonly frameAncestors: readonly string[];
  readonly signIn: SignInSettings | null;
  /** Another address of the vendor's SDK than platforms.json has. */
  readonly sdk: string | null;
}

export type SignInSettings =
  /** OAuth 2 with PKCE, a public client: the platform's token proves who the agent is. */
  | { readonly kind: "platform"; readonly authorizeUrl: string; readonly tokenUrl: string; readonly clientId: string; readonly redirectUri?: string }
  /** A page of the account's own, behind its own sign-in, that posts a one-use embed token to us. */
  | { readonly kind: "embed"; readonly url: string };

const ELEMENT = "earpiece-frame"; // <script type="application/json" id="earpiece-frame">

/** The settings that the page carries. Throws when it carries none: then it is not our page. */
export function settingsIn(page: Document): FrameSettings {
  return frameSettings(JSON.parse(page.getElementById(ELEMENT)?.textContent ?? "null"));
}

/** Checked: what is missing must not show only once an agent signs in. Throws TypeError. */
export function frameSettings(value: unknown): FrameSettings {
  const given = isRecord(value) ? value : {};
  const account = textOf(given["account"]);
  const conversationApi = textOf(given["conversationApi"]);
  if (!account || !conversationApi) throw new TypeError("the frame's settings need account and conversationApi");
  const ancestors: readonly unknown[] = Array.isArray(given["frameAncestors"]) ? given["frameAncestors"] : [];
  return {
    account,
    conversationApi,
    suggestionApi: textOf(given["suggestionApi"]) ?? conversationApi,
    platform: textOf(given["platform"]),
    frameAncestors: ancestors.filter((one): one is string => typeof one === "string"),
    signIn: signInSettings(given["signIn"]),
    sdk: textOf(given["sdk"]),
  };
}

/** Checked; null where nobody signs in by the widget itself. Throws TypeError. */
export function signInSettings(value: unknown): SignInSettings | null {
  if (!isRecord(value)) return null;
  const { kind, authorizeUrl, tokenUrl, clientId, url, redirectUri } = value;
  if (kind === "embed" && textOf(url)) return { kind, url: url as string };
  if (kind !== "platform" || !textOf(authorizeUrl) || !textOf(tokenUrl) || !textOf(clientId)) {
    throw new TypeError("signIn is {kind: platform, authorizeUrl, tokenUrl, clientId} or {kind: embed, url}");
  }
  const known = { kind, authorizeUrl: authorizeUrl as string, tokenUrl: tokenUrl as string, clientId: clientId as string } as const;
  return textOf(redirectUri) ? { ...known, redirectUri: redirectUri as string } : known;
}
