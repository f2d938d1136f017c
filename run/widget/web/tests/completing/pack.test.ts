/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { PackBody } from "../../src/contract";
import { openPack } from "../../src/completing/pack";

const SAMPLES = fileURLToPath(new URL("../../../../../tests/samples/packs/", import.meta.url));
interface Sample {
  readonly pack: PackBody;
  readonly cases: readonly { readonly typed: string; readonly expected: string | null }[];
}
const samples = readdirSync(SAMPLES).map(
  (name) => [name, JSON.parse(readFileSync(join(SAMPLES, name), "utf8")) as Sample] as const,
);

describe("a pack", () => {
  it.each(samples)("of %s completes each draft as the vectors say", (_, { pack, cases }) => {
    const completing = openPack(pack);

    const found = cases.map(({ typed }) => ({ typed, expected: completing.complete(typed) }));

    expect(found).toEqual(cases);
    expect(found.length).toBeGreaterThan(20);
  });
});
