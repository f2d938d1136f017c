/**
 * `<script src="https://<service>/v1/loader.js" async>`: brings the element that the service has now. It is all that a
 * page names of us, so that a new version needs no change there. The service writes what is true of its place around it.
 */
import type { PageConfig } from "./element";

declare const EARPIECE: {
  /** Path of the element's script, with its hash. */
  readonly element: string;
  readonly conversationApi: string;
  readonly suggestionApi: string;
};

const { element, conversationApi, suggestionApi } = EARPIECE;
const service = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;
const page = ((window as { earpiece?: { config?: PageConfig } }).earpiece ??= {});
page.config = { conversationApi, suggestionApi, ...page.config }; // what the page itself says goes before

// The first call finds the way there open. Taken away once the element is there: it is the page's own document.
const links = [...new Set([page.config.conversationApi, page.config.suggestionApi])].flatMap((address) => {
  if (!address) return [];
  const link = document.createElement("link");
  link.rel = "preconnect";
  link.href = address;
  link.crossOrigin = "anonymous"; // as the calls are, which carry no cookie
  document.head.append(link);
  return [link];
});

// Not a script element: a page with Trusted Types would refuse its address.
import(/* @vite-ignore */ new URL(element, service).href)
  .catch(() => console.warn("Earpiece could not be loaded"))
  .finally(() => links.forEach((link) => link.remove()));
