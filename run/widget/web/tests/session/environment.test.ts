// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { browserEnvironment, storeIn } from "../../src/session/environment";

afterEach(() => localStorage.clear());

describe("a browser", () => {
  it("tells of the connection, of being hidden and of unload, until nobody listens", () => {
    const told: string[] = [];
    const stop = browserEnvironment().onChange((what) => told.push(what));
    const happen = (): void => {
      for (const name of ["online", "offline", "pagehide"]) window.dispatchEvent(new Event(name));
      document.dispatchEvent(new Event("visibilitychange"));
    };
    happen();

    stop();
    happen();

    expect(told).toEqual(["connection", "connection", "unload", "visibility"]);
  });

  it("keeps what it is given, and nothing that was taken back", () => {
    const { storage } = browserEnvironment();
    storage.write("a", { b: 1 });
    expect(storage.read("a")).toEqual({ b: 1 });

    storage.write("a", null);

    expect([storage.read("a"), localStorage.length]).toEqual([null, 0]);
  });

  it("that keeps nothing, or something else than we wrote, does no harm", () => {
    const { storage } = browserEnvironment();
    localStorage.setItem("a", "{broken");
    expect(storage.read("a")).toBeNull();
    const denied = storeIn(() => {
      throw new DOMException("denied", "SecurityError");
    });

    denied.write("a", 1);

    expect(denied.read("a")).toBeNull();
  });

  it("has a new id each time, with or without TLS", () => {
    const getRandomValues = (numbers: Uint32Array<ArrayBuffer>): unknown => crypto.getRandomValues(numbers);
    const insecure = Object.create(window, { crypto: { value: { getRandomValues } } }) as typeof window;

    const ids = [browserEnvironment(), browserEnvironment(insecure)].flatMap((one) => [one.newId(), one.newId()]);

    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9-]{4,64}$/);
  });
});
