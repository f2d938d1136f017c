import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../extension/configuration";
import type { Site } from "../../extension/configuration";
import { conversationIn } from "../../extension/conversation_rule";
import { offerFor } from "../../extension/action_state";
import { cornerFor } from "../../extension/placing";
import { grantedPatterns, siteOf, wantedPatterns } from "../../extension/sites";

const RULE = { pattern: "/chats/([0-9]+)" };
const GIVEN = {
  account: "acme",
  conversationApi: "https://api.assist.example/",
  sites: [
    { origin: "https://desk.acme.example", platform: "custom", fields: ["#reply"], conversation: RULE },
    { origin: "https://*.helpdesk.example", conversation: { selector: "[data-id]", attribute: "data-id" } },
  ],
};
const known = readConfiguration(GIVEN);

describe("the configuration", () => {
  it("is read with what it leaves out", () => {
    expect(known.suggestionApi).toBe("https://api.assist.example");
    expect(known.signIn).toBeNull();
    expect(known.sites[1]).toMatchObject({ platform: "custom", fields: [] });
  });

  it.each([
    ["no account", { ...GIVEN, account: undefined }],
    ["a site without a scheme", { ...GIVEN, sites: [{ origin: "desk.acme.example", conversation: RULE }] }],
    ["a site with a path", { ...GIVEN, sites: [{ origin: "https://desk.acme.example/x", conversation: RULE }] }],
    ["all sites there are", { ...GIVEN, sites: [{ origin: "<all_urls>", conversation: RULE }] }],
    ["a site without a conversation", { ...GIVEN, sites: [{ origin: "https://a.example" }] }],
    ["a pattern that is none", { ...GIVEN, sites: [{ origin: "https://a.example", conversation: { pattern: "(" } }] }],
    ["a pattern that is too long", { ...GIVEN, sites: [{ origin: "https://a.example", conversation: { pattern: "a".repeat(201) } }] }],
    ["a sign-in without an address", { ...GIVEN, signIn: { kind: "platform" } }],
  ])("is refused with %s", (_, given) => {
    expect(() => readConfiguration(given)).toThrow(TypeError);
  });
});

describe("sites", () => {
  it.each([
    ["https://desk.acme.example/chats/1", 0],
    ["https://eu.helpdesk.example/", 1],
    ["https://helpdesk.example/", -1],
    ["http://desk.acme.example/", -1],
    ["https://desk.acme.example.evil.example/", -1],
    ["about:blank", -1],
  ])("%s is site %i", (address, index) => {
    expect(siteOf(known, address)).toBe(known.sites[index] ?? null);
  });

  it("has scripts on what is configured and granted, never on what is only one of them", () => {
    expect(grantedPatterns(known, ["https://desk.acme.example/*", "https://mail.example/*"])).toEqual(["https://desk.acme.example/*"]);
  });

  it("asks for the page's site and the APIs, and for nothing else", () => {
    expect(wantedPatterns(known, known.sites[0]!)).toEqual(["https://desk.acme.example/*", "https://api.assist.example/*"]);
  });
});

describe("the page behind the button", () => {
  const granted = ["https://desk.acme.example/*", "https://api.assist.example/*"];
  it.each([
    ["set-up", null, "https://desk.acme.example/", [], false],
    ["elsewhere", known, "https://mail.example/", granted, true],
    ["allow", known, "https://desk.acme.example/", granted.slice(1), true],
    ["sign-in", known, "https://desk.acme.example/", granted, false],
    ["ready", known, "https://desk.acme.example/", granted, true],
  ] as const)("offers %s", (kind, configuration, address, origins, isSignedIn) => {
    expect(offerFor(configuration, address, origins, isSignedIn).kind).toBe(kind);
  });
});

describe("the page's conversation", () => {
  const page = (text: string | null) => ({ querySelector: () => (text === null ? null : { textContent: text, getAttribute: () => text }) }) as unknown as Document;
  const site = (conversation: Partial<Site["conversation"]>): Site => ({
    ...known.sites[0]!,
    conversation: { selector: null, attribute: null, pattern: null, ...conversation },
  });

  it.each([
    ["the address", site(RULE), null, "7"],
    ["an element's text", site({ selector: "h1" }), "  c-7 ", "c-7"],
    ["part of an element's text", site({ selector: "h1", pattern: "case (\\d+)" }), "Maria, case 44", "44"],
    ["a whole match without a group", site({ selector: "h1", pattern: "\\d+" }), "case 44", "44"],
  ])("is told by %s", (_, rule, text, platformId) => {
    expect(conversationIn(page(text), "https://desk.acme.example/chats/7", rule)).toEqual({ platform: "custom", platformId });
  });

  it.each([
    ["no element", site({ selector: "h1" }), null],
    ["an empty element", site({ selector: "h1" }), "  "],
    ["another text", site({ selector: "h1", pattern: "case (\\d+)" }), "Maria"],
  ])("is none with %s", (_, rule, text) => {
    expect(conversationIn(page(text), "https://desk.acme.example/", rule)).toBeNull();
  });

  it("is none where the selector is none", () => {
    const broken = { querySelector: () => { throw new SyntaxError(); } } as unknown as Document; // prettier-ignore

    expect(conversationIn(broken, "https://desk.acme.example/", site({ selector: "(" }))).toBeNull();
  });
});

describe("the panel's corner", () => {
  const panel = { width: 340, height: 400 };
  const view = { width: 1200, height: 800 };

  it("is at the lower right while nothing is there", () => {
    expect(cornerFor(null, panel, view)).toEqual({ x: "right", y: "bottom" });
  });

  it("is above a field at the bottom, and beside one that fills the right", () => {
    expect(cornerFor({ left: 300, top: 650, right: 1190, bottom: 790 }, panel, view)).toEqual({ x: "right", y: "top" });
    expect(cornerFor({ left: 700, top: 0, right: 1200, bottom: 800 }, panel, view)).toEqual({ x: "left", y: "top" });
  });

  it("covers least where all corners are taken", () => {
    expect(cornerFor({ left: 0, top: 100, right: 1200, bottom: 800 }, panel, view).y).toBe("top");
  });
});
