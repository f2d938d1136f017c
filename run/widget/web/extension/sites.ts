/** Which site a page is of, and which of them the agent has allowed. */
import { isAmong, originOf } from "../src/hosts/origins";
import type { Configuration, Site } from "./configuration";

/** The first site that the address belongs to. */
export function siteOf({ sites }: Configuration, address: string): Site | null {
  const origin = originOf(address);
  return (origin && sites.find((site) => isAmong(origin, [site.origin]))) || null;
}

/** Chrome's match pattern for all pages of an origin; it knows no ports. */
export function patternOf(origin: string): string {
  return `${origin.replace(/:\d+$/, "")}/*`;
}

/** Patterns of the sites that are granted: content scripts run there and nowhere else. */
export function grantedPatterns({ sites }: Configuration, granted: readonly string[]): string[] {
  return [...new Set(sites.map(({ origin }) => patternOf(origin)))].filter((pattern) => granted.includes(pattern));
}

/** What the agent is asked to allow for this page: its site, and where the APIs are. */
export function wantedPatterns({ conversationApi, suggestionApi }: Configuration, site: Site | null): string[] {
  const apis = [conversationApi, suggestionApi].map((address) => originOf(address) ?? "").filter(Boolean);
  return [...new Set([...(site ? [site.origin] : []), ...apis].map(patternOf))];
}
