// @vitest-environment happy-dom
import { afterEach, describe as about, expect, it } from "vitest";
import { describe } from "../../src/field/description";
import { DEFAULT_SETTINGS } from "../../src/session/settings";

afterEach(() => void (document.body.innerHTML = ""));

function aField(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body.querySelector<HTMLElement>("#reply")!;
}
const saidOf = (field: HTMLElement): string[] =>
  (field.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? id);

about("the description of a field", () => {
  it("follows the host's own, in the agent's language and with the agent's keys", () => {
    const field = aField('<p id="rules">At most 500 characters.</p><textarea id="reply" aria-describedby="rules"></textarea>');
    const description = describe(field);

    description.say(DEFAULT_SETTINGS);
    expect(saidOf(field)).toEqual(["At most 500 characters.", "Suggestions appear as you type. Tab inserts, Escape hides."]);

    description.say({ ...DEFAULT_SETTINGS, locale: "de", keymap: { ...DEFAULT_SETTINGS.keymap, accept: "F2" } });
    expect(saidOf(field)).toEqual(["At most 500 characters.", "Vorschläge erscheinen beim Tippen. F2 fügt ein, Escape blendet aus."]);
  });

  it.each(["", ' aria-describedby="rules"'])("leaves a field with%s as it was, and what the host added meanwhile", (own) => {
    const field = aField(`<textarea id="reply"${own}></textarea>`);
    const before = document.body.innerHTML;
    const description = describe(field);
    description.say(DEFAULT_SETTINGS);

    description.dispose();
    expect(document.body.innerHTML).toBe(before);

    description.say(DEFAULT_SETTINGS);
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby")} later`);
    description.dispose();
    expect(field.getAttribute("aria-describedby")).toBe(own ? "rules later" : "later");
  });

  it.each([null, { ...DEFAULT_SETTINGS, pace: "on-demand" as const }])("is away while nothing would appear", (settings) => {
    const field = aField('<textarea id="reply"></textarea>');
    const description = describe(field);
    description.say(DEFAULT_SETTINGS);

    description.say(settings);

    expect(field.hasAttribute("aria-describedby")).toBe(false);
    expect(document.querySelector("span")).toBeNull();
  });

  it("changes nothing of a rich editor", () => {
    const field = aField('<div id="reply" contenteditable="true"></div>');

    describe(field).say(DEFAULT_SETTINGS);

    expect(field.hasAttribute("aria-describedby")).toBe(false);
  });
});
