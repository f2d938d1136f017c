/** What the action's page offers: set up, allow this site, sign in, in this order, one at a time. */
import type { Configuration } from "./configuration";
import { siteOf, wantedPatterns } from "./sites";

export type Offer =
  | { readonly kind: "set-up" }
  | { readonly kind: "elsewhere" } // a page that is none of the account's
  | { readonly kind: "allow"; readonly patterns: readonly string[] }
  | { readonly kind: "sign-in" }
  | { readonly kind: "ready" };

export function offerFor(known: Configuration | null, address: string, granted: readonly string[], isSignedIn: boolean): Offer {
  if (!known) return { kind: "set-up" };
  const site = siteOf(known, address);
  if (!site) return { kind: "elsewhere" };
  const patterns = wantedPatterns(known, site);
  if (patterns.some((pattern) => !granted.includes(pattern))) return { kind: "allow", patterns };
  return isSignedIn ? { kind: "ready" } : { kind: "sign-in" };
}
