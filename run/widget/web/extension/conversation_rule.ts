/** The conversation that a page shows, by the account's rule for its site. */
import type { ConversationRef } from "../src/contract";
import type { Site } from "./configuration";

const LONGEST_TEXT = 2_000; // a pattern of the account's runs over it

/** Null while the page shows none. A selector that is none finds nothing. */
export function conversationIn(page: Pick<Document, "querySelector">, address: string, { platform, conversation: rule }: Site): ConversationRef | null {
  const text = rule.selector ? textAt(page, rule.selector, rule.attribute) : address;
  const platformId = text && idIn(text.slice(0, LONGEST_TEXT), rule.pattern);
  return platformId ? { platform, platformId } : null;
}

function textAt(page: Pick<Document, "querySelector">, selector: string, attribute: string | null): string | null {
  try {
    const found = page.querySelector(selector);
    return (attribute ? found?.getAttribute(attribute) : found?.textContent)?.trim() || null;
  } catch {
    return null;
  }
}

function idIn(text: string, pattern: string | null): string | null {
  if (!pattern) return text;
  const found = new RegExp(pattern).exec(text);
  return (found && (found[1] ?? found[0])) || null;
}
