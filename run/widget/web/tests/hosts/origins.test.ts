import { describe, expect, it } from "vitest";
import { isAmong, originOf, parentOrigin } from "../../src/hosts/origins";

const SOURCES = ["https://apps.mypurecloud.de", "https://*.lightning.force.com", "http://localhost:8080"];

describe("origins", () => {
  it.each(["https://apps.mypurecloud.de", "https://acme.lightning.force.com", "https://a.b.lightning.force.com", "http://localhost:8080"])(
    "knows %s",
    (origin) => {
      expect(isAmong(origin, SOURCES)).toBe(true);
    },
  );

  it.each([
    "https://apps.mypurecloud.de.evil.example",
    "https://evilapps.mypurecloud.de",
    "http://apps.mypurecloud.de",
    "https://apps.mypurecloud.de:8443",
    "https://lightning.force.com",
    "https://evillightning.force.com",
    "http://acme.lightning.force.com",
    "https://acme.lightning.force.com:444",
    "https://apps.mypurecloud.de/",
    "https://user@apps.mypurecloud.de",
    "http://localhost",
    "null",
    "",
  ])("refuses %s", (origin) => {
    expect(isAmong(origin, SOURCES)).toBe(false);
  });

  it("gives no origin to what has none", () => {
    expect(["data:text/html,x", "about:blank", "no address"].map(originOf)).toEqual([null, null, null]);
  });

  it("believes the browser before what the address says", () => {
    const page = framed({ ancestors: ["https://evil.example"], referrer: "https://apps.mypurecloud.de/" });

    expect(parentOrigin(page, SOURCES, "https://apps.mypurecloud.de")).toBeNull();
  });

  it("goes by the address where the browser does not tell, and by the referrer without either", () => {
    expect(parentOrigin(framed({ referrer: "" }), SOURCES, "http://localhost:8080")).toBe("http://localhost:8080");
    expect(parentOrigin(framed({ referrer: "https://apps.mypurecloud.de/x" }), SOURCES)).toBe("https://apps.mypurecloud.de");
    expect(parentOrigin(framed({ referrer: "https://evil.example/x" }), SOURCES)).toBeNull();
  });

  it("finds no parent in a page of its own", () => {
    const page = { location: {}, document: { referrer: "https://apps.mypurecloud.de/" } } as unknown as Window & { parent: Window };
    page.parent = page;

    expect(parentOrigin(page, SOURCES)).toBeNull();
  });
});

function framed({ ancestors, referrer }: { ancestors?: readonly string[]; referrer: string }): Window {
  return { parent: {}, location: { ancestorOrigins: ancestors }, document: { referrer } } as unknown as Window;
}
