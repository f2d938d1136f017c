/** A page of one's own that says by attributes which conversation is open: `conversation`, or `platform` with `platform-conversation`. */
import type { ConversationRef, GetToken, Host } from "../contract";

export interface PageElement extends HTMLElement {
  getToken?: GetToken | null;
}

const ATTRIBUTES = ["conversation", "platform", "platform-conversation"];

/** `hasField`: a field of the page is followed, so that texts go into it and ghost text is drawn there. */
export function page(element: PageElement, hasField: boolean, canCopy: boolean): Host {
  return {
    name: "page",
    capabilities: { insert: hasField, ghost: hasField, copy: canCopy },
    getToken: async (why) => (await element.getToken?.(why)) ?? null,
    start(listener) {
      const tell = (): void => listener.conversation(conversationOf(element));
      const observer = new MutationObserver(tell);
      observer.observe(element, { attributeFilter: ATTRIBUTES });
      tell();
      return Promise.resolve(() => observer.disconnect());
    },
    insert: () => Promise.resolve(false), // the field itself does that
  };
}

/** Our own id goes before the platform's. */
export function conversationOf(element: Pick<Element, "getAttribute">): ConversationRef | null {
  const [id, platform, platformId] = ATTRIBUTES.map((name) => element.getAttribute(name));
  if (id) return { id };
  return platform && platformId ? { platform, platformId } : null;
}
