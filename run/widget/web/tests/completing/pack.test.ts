/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openPack } from "../../src/completing/pack";
import type { PackBody } from "../../src/contract";

// The samples that the engine's own reader passes; `tests/unit/engine/test_pack_readers.py` names a folder of many more.
const SAMPLES = fileURLToPath(new URL("../../../../../tests/samples/packs/", import.meta.url));
const FOLDER = process.env["PACK_VECTORS"] ?? SAMPLES;

interface Sample {
  readonly pack: PackBody & { readonly refused: readonly string[] };
  readonly cases: readonly { readonly typed: string; readonly expected: string | null; readonly is_due?: boolean }[];
}
const read = (folder: string, name: string): Sample => JSON.parse(readFileSync(join(folder, name), "utf8")) as Sample;
const samples = readdirSync(FOLDER).map((name) => [name, read(FOLDER, name)] as const);
const start = read(SAMPLES, "start.json").pack;
const within = read(SAMPLES, "within.json").pack;

describe("a pack", () => {
  it.each(samples)("of %s completes each draft as the engine does", (_, { pack, cases }) => {
    const completing = openPack(pack);

    const found = cases.map(({ typed, is_due: isDue }) => ({
      typed,
      expected: completing.complete(typed),
      ...(isDue === undefined ? {} : { is_due: completing.isDue(typed) }),
    }));

    expect(found).toEqual(cases);
    expect(found.length).toBeGreaterThan(20);
  });

  it("of another version is refused", () => {
    expect(() => openPack({ version: 1 })).toThrow(RangeError);
  });

  it("is due for a new one where the draft was not foreseen", () => {
    const completing = openPack(start);

    expect(completing.isDue("Your parcel is on its way to ")).toBe(false);
    expect(completing.isDue("Some other words ")).toBe(true);
  });

  it("has no completion for a draft that has left it", () => {
    expect(openPack(start).complete("Some other words th")).toBeNull();
  });

  it("of before, which does not say when it is due within a word, never is there", () => {
    const { due_within_over: _, ...before } = within["match"] as Record<string, number>;

    expect(openPack(within).isDue("Please xy")).toBe(true);
    expect(openPack({ ...within, match: before }).isDue("Please xy")).toBe(false);
  });

  it("tells other ways to go on, the offered one first", () => {
    const completing = openPack(start);

    const found = completing.alternatives("Your parcel is on its way to the ");
    const offered = completing.alternatives("He");

    expect(found).toEqual(expect.arrayContaining(["café now.", "shop."]));
    expect(offered[0]).toBe(completing.complete("He"));
    expect(new Set(offered).size).toBe(offered.length);
  });

  it("tells no refused way to go on", () => {
    const refusing = openPack({ ...start, refused: ["Your parcel is on its way to the shop."] });

    const found = refusing.alternatives("Your parcel is on its way to the ");

    expect(found).toContain("café now.");
    expect(found).not.toContain("shop.");
    expect(refusing.complete("Yo")).toBe("ur parcel is on its way to the "); // an allowed one begins so too
  });

  it("of 2,000 words completes in about a millisecond a key", () => {
    const names = Array.from({ length: 2000 }, (_, number) => `${"abcdefghij"[number % 10]}word${number}`);
    const listed = names.flatMap((_, number) => [number, number ? 49 : 2000]);
    const completing = openPack({ ...start, words: names, places: [100, listed] });
    completing.complete("");

    const begun = process.cpuUsage(); // not the time of whatever else the machine does
    for (let key = 0; key < 200; key++) completing.complete(["a", "aw", "awo", "h", ""][key % 5]!);

    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000 / 200).toBeLessThan(5); // ms; generous, for a slow machine
  });
});
