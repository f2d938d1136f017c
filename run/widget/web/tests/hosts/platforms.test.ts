import { describe, expect, it } from "vitest";
import { frameSettings } from "../../src/hosts/frame_settings";
import { readGenesysQuery } from "../../src/hosts/genesys_query";
import { readInfo } from "../../src/hosts/liveperson";
import { conversationOf } from "../../src/hosts/page";
import { conversationOfRoute } from "../../src/hosts/ringcentral_page";

const APPS = "https://apps.mypurecloud.de";
const UUID = "0A1B2C3D-0000-4000-8000-000000000001";
const genesys = (over: Record<string, string> = {}) =>
  readGenesysQuery(new URLSearchParams({ conversationId: UUID, gcHostOrigin: APPS, gcTargetEnv: "prod-euc1", ...over }), [APPS]);

describe("Genesys' address", () => {
  it("is read", () => {
    expect(genesys({ gcUsePopupAuth: "true" })).toEqual({
      conversationId: UUID.toLowerCase(), hostOrigin: APPS, targetEnv: "prod-euc1", usesPopup: true,
    }); // prettier-ignore
  });

  it.each([
    ["conversationId", "{{gcConversationId}}"],
    ["conversationId", `${UUID}0`],
    ["conversationId", ""],
    ["gcHostOrigin", "{{gcHostOrigin}}"],
    ["gcHostOrigin", "https://apps.mypurecloud.de.evil.example"],
    ["gcHostOrigin", "http://apps.mypurecloud.de"],
    ["gcTargetEnv", "{{gcTargetEnv}}"],
    ["gcTargetEnv", ""],
  ])("is refused with %s=%s", (name, value) => {
    expect(genesys({ [name]: value })).toContain(name);
  });
});

describe("LivePerson's chatInfo", () => {
  it("names the conversation and whose it is", () => {
    expect(readInfo({ rtSessionId: "r", isMessaging: true, spectatedEngagement: false })).toEqual({ ref: { platform: "liveperson", platformId: "r" }, isOurs: true });
    expect(readInfo({ rtSessionId: "r", isMessaging: true, spectatedEngagement: true }).isOurs).toBe(false);
    expect(readInfo({ rtSessionId: "r", spectatedEngagement: "true" }).isOurs).toBe(false);
  });

  it.each([[null], [{}], [{ rtSessionId: "" }], [{ rtSessionId: 7 }], [{ rtSessionId: "r", isMessaging: false }], ["r"]])("names none in %j", (info) => {
    expect(readInfo(info)).toEqual({ ref: null, isOurs: false });
  });
});

describe("Embeddable's route", () => {
  it.each([
    ["/conversations/12", "12"],
    ["/conversations/12/", null],
    ["/conversations/", null],
    ["/messages", null],
    ["/contacts/conversations/12", null],
  ])("%s is %s", (path, id) => {
    expect(conversationOfRoute(path)).toEqual(id && { platform: "ringcentral", platformId: id });
  });
});

describe("attributes of a page", () => {
  const element = (given: Record<string, string>) => ({ getAttribute: (name: string) => given[name] ?? null });

  it.each([
    [{ conversation: "c" }, { id: "c" }],
    [{ conversation: "c", platform: "custom", "platform-conversation": "p" }, { id: "c" }],
    [{ platform: "custom", "platform-conversation": "p" }, { platform: "custom", platformId: "p" }],
    [{ platform: "custom" }, null],
    [{}, null],
  ])("%j name %j", (given, ref) => {
    expect(conversationOf(element(given as Record<string, string>))).toEqual(ref);
  });
});

describe("the frame's settings", () => {
  it.each([[null], [{}], [{ account: "acme" }], [{ account: "acme", conversationApi: "" }], [{ account: "acme", conversationApi: "x", signIn: { kind: "embed" } }]])(
    "%j are refused",
    (given) => {
      expect(() => frameSettings(given)).toThrow(TypeError);
    },
  );
});
