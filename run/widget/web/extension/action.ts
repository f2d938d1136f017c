/** The page behind the extension's button. What it asks Chrome for, it asks within the agent's click. */
import { offerFor } from "./action_state";
import type { Offer } from "./action_state";
import { configuration, learn, signedIn } from "./keeping";

const STATUS: Readonly<Record<Offer["kind"], string>> = {
  "set-up": "Your administrator has the address.",
  elsewhere: "Earpiece is not set up for this page.",
  allow: "Earpiece does nothing on this site until you allow it.",
  "sign-in": "You are not signed in.",
  ready: "Earpiece is on here. Reload the page if you do not see it.",
};

function part<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

async function currentOffer(): Promise<Offer> {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const { origins = [] } = await chrome.permissions.getAll();
  return offerFor(await configuration(), tab?.url ?? "", origins, (await signedIn()) !== null);
}

async function show(): Promise<void> {
  const offer = await currentOffer();
  for (const kind of ["set-up", "allow", "sign-in"] as const) part(kind).hidden = offer.kind !== kind;
  part("status").textContent = STATUS[offer.kind];
  part("allow").onclick = () => offer.kind === "allow" && attempt(chrome.permissions.request({ origins: [...offer.patterns] }));
}

function attempt(doing: Promise<unknown>): void {
  doing.then(show, (error: unknown) => (part("status").textContent = error instanceof Error ? error.message : String(error)));
}

part<HTMLFormElement>("set-up").onsubmit = (event) => {
  event.preventDefault();
  attempt(learn(part<HTMLInputElement>("address").value));
};
part("sign-in").onclick = () => attempt(chrome.runtime.sendMessage({ kind: "sign-in" }));
attempt(Promise.resolve());
