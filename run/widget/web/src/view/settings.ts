import { html, nothing, type TemplateResult } from "lit-html";
import type { KeyName, Settings } from "../contract";
import { choice, iconButton, icons } from "./controls";
import { keyOf, shownKey, troubleWith } from "./key_choice";
import type { Scene } from "./scene";
import { fill } from "./wording";

const LOCALES: Readonly<Record<Settings["locale"], string>> = { en: "English", nl: "Nederlands", de: "Deutsch" };

/** The agent's own settings, in place of the panel: what the customer waits for is never behind a modal window. */
export function settingsPart(scene: Scene): TemplateResult {
  const { state, actions, words, change } = scene;
  const { settings } = state;
  const { text } = words;
  const close = () => change({ isSettingsOpen: false, taking: null, trouble: "" }, "#settings-button");
  return html`<div role="dialog" class="settings" data-part="settings" aria-labelledby="settings" @keydown=${(event: KeyboardEvent) => event.key === "Escape" && (event.stopPropagation(), close())}>
    <header><h3 id="settings">${text.settings}</h3><span class="space"></span>${iconButton(text.close, icons.close, close, { kind: "close" })}</header>
    ${choice(text.locale, LOCALES, settings.locale, (locale) => actions.configure({ locale }))}
    ${choice(text.theme, text.themes, settings.theme, (theme) => actions.configure({ theme }))}
    ${state.host.ghost && state.features.has("completion") ? choice(text.pace, text.paces, settings.pace, (pace) => actions.configure({ pace })) : nothing}
    ${choice(text.speech, text.speeches, settings.speech, (speech) => actions.configure({ speech }))}
    ${state.host.ghost ? html`<h4>${text.keys}</h4>${(Object.keys(settings.keymap) as KeyName[]).map((name) => keyRow(name, scene))}` : nothing}
  </div>`;
}

function keyRow(name: KeyName, scene: Scene): TemplateResult {
  const { state, words, local, change } = scene;
  const isTaking = local.taking === name;
  return html`<div class="row"><span id="key-${name}">${words.text.key[name]}</span>
      <button type="button" class="key" data-key=${name} aria-describedby="key-${name}" @click=${() => change({ taking: isTaking ? null : name, trouble: "" })}
        @keydown=${isTaking ? (event: KeyboardEvent) => take(event, name, scene) : nothing}
        @blur=${() => isTaking && change({ taking: null })}>${isTaking ? words.text.pressKey : html`<kbd>${shownKey(state.settings.keymap[name])}</kbd>`}</button>
      ${isTaking && local.trouble ? html`<p class="warning" role="alert">${local.trouble}</p>` : nothing}</div>`;
}

function take(event: KeyboardEvent, name: KeyName, { state, actions, words, change }: Scene): void {
  const key = keyOf(event);
  if (!key) return;
  event.preventDefault();
  event.stopPropagation();
  const { keymap } = state.settings;
  if (key === keymap[name] || (key === "Escape" && name !== "hide")) return change({ taking: null, trouble: "" });
  const trouble = troubleWith(keymap, name, key);
  if (trouble) return change({ trouble: trouble.kind === "conflict" ? fill(words.text.conflict, words.text.key[trouble.with]) : fill(words.text.reserved, shownKey(key)) });
  actions.configure({ keymap: { ...keymap, [name]: key } });
  change({ taking: null, trouble: "" });
}
