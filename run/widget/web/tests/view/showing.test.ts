import { describe, expect, it } from "vitest";
import { movedTo } from "../../src/view/roving";
import { safeLinks } from "../../src/view/safe_links";

const link = (url: string) => ({ url, title: "Refunds", score: 1 });

describe("a link", () => {
  it.each(["javascript:alert(1)", "http://help.example.com/", "data:text/html,x", "//help.example.com", "https://help.example.com@evil.example/", "not a link"])("is not shown when it is %s", (url) => {
    expect(safeLinks([link(url)], [])).toEqual([]);
  });

  it("is shown when its host, or one above it, is on the account's list", () => {
    const urls = ["https://help.example.com/a", "https://example.com/b", "https://notexample.com/c", "https://example.com.evil.example/d"];

    expect(safeLinks(urls.map(link), ["example.com"]).map(({ url }) => url)).toEqual(urls.slice(0, 2));
  });
});

it("of a page is named by its title, and by its path where the title is its address", () => {
  const named = (title: string) => safeLinks([{ ...link("https://help.example.com/a/b"), title }], [])[0]?.name;

  expect(["Refunds", "help.example.com/a/b", ""].map(named)).toEqual(["Refunds", "/a/b", "help.example.com"]);
});

describe("a key in the list", () => {
  it.each([
    ["ArrowDown", 0, 1],
    ["ArrowDown", 2, 2],
    ["ArrowUp", 0, 0],
    ["Home", 2, 0],
    ["End", 0, 2],
    ["a", 1, null],
  ] as const)("%s from place %i moves to %j of three", (key, at, to) => {
    expect(movedTo(key, at, 3)).toBe(to);
  });
});
