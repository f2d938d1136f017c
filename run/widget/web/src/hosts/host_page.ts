/** What every host is made from: the window it lives in, what the service told, and how agents sign in. */
import type { GetToken } from "../contract";
import type { FrameSettings } from "./frame_settings";
import { tokensFor } from "./sign_in/exchange";
import { fromAccountPage, fromPlatform } from "./sign_in/platform";
import type { Returned } from "./sign_in/redirect";

export interface HostPage {
  readonly page: Window;
  readonly query: URLSearchParams;
  readonly settings: FrameSettings;
  readonly canCopy: boolean;
  readonly returned: Returned | null;
}

/** Thrown when this is not the page of the platform, or the platform did not say what it must: a sentence for an administrator. */
export class NotThisHost extends Error {}

/** As the account says that its agents sign in; nobody is signed in where it says nothing. */
export function signInOf({ page, settings, returned }: HostPage, platform: string, usesPopup: boolean): GetToken {
  const { signIn } = settings;
  if (!signIn) return () => Promise.resolve(null);
  const obtain = signIn.kind === "embed" ? fromAccountPage(signIn, page) : fromPlatform(signIn, { page, platform, usesPopup, returned });
  return tokensFor(settings, obtain);
}
