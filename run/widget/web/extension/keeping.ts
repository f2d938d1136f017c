/** What the worker keeps: the account's configuration for good, tokens while the browser is open and out of pages' reach. */
import type { Proof } from "../src/hosts/sign_in/exchange";
import { readConfiguration } from "./configuration";
import type { Configuration } from "./configuration";

const CONFIGURATION = "configuration";
const SIGNED_IN = "signed-in";

export interface SignedIn {
  readonly token: string;
  readonly expiresAt: number;
  /** A platform's token, which is exchanged again. */
  readonly proof: Proof | null;
}

export async function configuration(): Promise<Configuration | null> {
  const { [CONFIGURATION]: kept } = await chrome.storage.local.get(CONFIGURATION);
  return kept ? readConfiguration(kept) : null;
}

/** Fetch and keep the configuration at this address. Rejects with a sentence for the administrator. */
export async function learn(address: string): Promise<Configuration> {
  const response = await fetch(address, { credentials: "omit", cache: "no-cache" });
  if (!response.ok) throw new TypeError(`there is no configuration at this address (${response.status})`);
  const found: unknown = await response.json();
  const known = readConfiguration(found);
  await chrome.storage.local.set({ [CONFIGURATION]: found });
  return known;
}

/** As an administrator of the browsers has set it, or null. */
export async function managedAddress(): Promise<string | null> {
  const { configuration: address } = await chrome.storage.managed.get("configuration").catch(() => ({ configuration: null }));
  return typeof address === "string" ? address : null;
}

// Of trusted contexts alone, by Chrome's own default: content scripts cannot read it.
export async function signedIn(): Promise<SignedIn | null> {
  const { [SIGNED_IN]: kept } = await chrome.storage.session.get(SIGNED_IN);
  return (kept as SignedIn | undefined) ?? null;
}

export async function keepSignedIn(kept: SignedIn | null): Promise<void> {
  if (kept) await chrome.storage.session.set({ [SIGNED_IN]: kept });
  else await chrome.storage.session.remove(SIGNED_IN);
}
