/** What an account's extension does where: a file that the account serves, checked here; nothing in it is secret. */
import { signInSettings } from "../src/hosts/frame_settings";
import type { SignInSettings } from "../src/hosts/frame_settings";
import { isRecord, textOf } from "../src/hosts/origins";

export interface Configuration {
  readonly account: string;
  /** Addresses without a slash at the end. */
  readonly conversationApi: string;
  readonly suggestionApi: string;
  readonly signIn: SignInSettings | null;
  readonly sites: readonly Site[];
}

export interface Site {
  /** `https://desk.acme.example` or `https://*.acme.example`: where it may run, once the agent has allowed it. */
  readonly origin: string;
  readonly platform: string;
  /** Selectors of the agent's text field, the first that finds one. None: the field that has the focus. */
  readonly fields: readonly string[];
  readonly conversation: ConversationRule;
}

/** Where the page tells the platform's id of its conversation. With a pattern, its first group; without, all of the text. */
export interface ConversationRule {
  /** Of the element whose text or attribute says it; without, the page's address says it. */
  readonly selector: string | null;
  readonly attribute: string | null;
  readonly pattern: string | null;
}

const ORIGIN = /^https?:\/\/(?:\*\.)?[a-z0-9.-]+(?::\d+)?$/;
const LONGEST_PATTERN = 200;

/** Throws TypeError with a sentence for the administrator. */
export function readConfiguration(value: unknown): Configuration {
  const given = isRecord(value) ? value : {};
  const text = (name: string): string => {
    const found = textOf(given[name]);
    if (!found) throw new TypeError(`the configuration needs ${name}`);
    return found.replace(/\/$/, "");
  };
  const sites: readonly unknown[] = Array.isArray(given["sites"]) ? given["sites"] : [];
  const conversationApi = text("conversationApi");
  return {
    account: text("account"),
    conversationApi,
    suggestionApi: textOf(given["suggestionApi"])?.replace(/\/$/, "") ?? conversationApi,
    signIn: signInSettings(given["signIn"]),
    sites: sites.map(readSite),
  };
}

function readSite(value: unknown): Site {
  const { origin, platform, fields, conversation } = isRecord(value) ? value : {};
  if (typeof origin !== "string" || !ORIGIN.test(origin)) throw new TypeError(`a site's origin is https://host or https://*.host, not ${String(origin)}`);
  const selectors: readonly unknown[] = Array.isArray(fields) ? fields : [];
  return {
    origin,
    platform: textOf(platform) ?? "custom",
    fields: selectors.filter((one): one is string => typeof one === "string"),
    conversation: readRule(isRecord(conversation) ? conversation : {}),
  };
}

function readRule({ selector, attribute, pattern }: Record<string, unknown>): ConversationRule {
  const source = textOf(pattern);
  if (source) {
    if (source.length > LONGEST_PATTERN) throw new TypeError(`a pattern has at most ${LONGEST_PATTERN} characters`);
    try {
      new RegExp(source);
    } catch {
      throw new TypeError(`${source} is no regular expression`);
    }
  }
  if (!source && !textOf(selector)) throw new TypeError("a site's conversation needs a selector, or a pattern for the page's address");
  return { selector: textOf(selector), attribute: textOf(attribute), pattern: source };
}
