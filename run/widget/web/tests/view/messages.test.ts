import { describe, expect, it } from "vitest";
import { de } from "../../src/view/messages/de";
import { en } from "../../src/view/messages/en";
import { nl } from "../../src/view/messages/nl";

type Tree = { readonly [name: string]: string | Tree };
const leaves = (tree: Tree, at = ""): [string, string][] =>
  Object.entries(tree).flatMap(([name, value]) => (typeof value === "string" ? [[`${at}${name}`, value] as [string, string]] : leaves(value, `${at}${name}.`)));
const shape = (text: string): string => `${text.split("|").length} forms, ${text.split("#").length - 1} filled`;

describe.each([["nl", nl], ["de", de]] as const)("the texts in %s", (_locale, texts) => {
  it("are those of English, with as many forms and gaps", () => {
    const shapes = (tree: Tree): Record<string, string> => Object.fromEntries(leaves(tree).map(([name, text]) => [name, shape(text)]));

    expect(shapes(texts)).toEqual(shapes(en));
  });

  it("leave none empty", () => {
    expect(leaves(texts).filter(([, text]) => !text.trim())).toEqual([]);
  });
});
