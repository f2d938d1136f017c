import { html, nothing, type TemplateResult } from "lit-html";
import { conversationPart } from "./conversation";
import { icon, iconButton, icons } from "./controls";
import { noticePart, statusLine } from "./notices";
import { linksPart, searchPart } from "./offers";
import { canPause, regionsOf, toneOf, type Region } from "./regions";
import type { Scene } from "./scene";
import { suggestionsPart } from "./suggestions";

/** The whole panel. The live region is outside of what changes: it must be there before it speaks. */
export function panel(scene: Scene): TemplateResult {
  const { state, words, local } = scene;
  return html`<section class="panel" lang=${state.settings.locale} data-theme=${state.settings.theme} data-status=${state.status} aria-labelledby="title">
    ${head(scene)}
    <div class="hidden" role="status">${local.isHeard ? spokenText(scene) : ""}</div>
    ${noticePart(scene)}
    ${local.isSettingsOpen ? scene.later?.settingsPart(scene) : body(scene)}
    ${state.saved.keys > 0 && !local.isSettingsOpen ? html`<p class="foot quiet">${words.count(words.text.saved, state.saved.keys)} ${words.count(words.text.inMessages, state.saved.messages)}</p>` : nothing}
  </section>`;
}

/** The same text twice must change the region to be spoken twice. */
export function spokenText({ state: { spoken }, words }: Pick<Scene, "state" | "words">): string {
  if (!spoken) return "";
  const text = "text" in spoken ? spoken.text : words.count(words.text.spoken[spoken.what], spoken.count);
  return text + (spoken.id % 2 ? "\u00a0" : "");
}

function head({ state, actions, words, local, change }: Scene): TemplateResult {
  const { text } = words;
  const isPaused = state.status === "paused";
  return html`<header class="head"><h2 id="title" tabindex="-1">${text.panel}</h2>
    <span class="status ${toneOf(state.status)}">${text.status[state.status]}</span><span class="space"></span>
    ${canPause(state.status) ? (isPaused ? iconButton(text.resume, icons.resume, () => actions.resume()) : iconButton(text.pause, icons.pause, () => actions.pause(30))) : nothing}
    <button type="button" class="icon" id="settings-button" title=${text.settings} aria-label=${text.settings} aria-expanded=${local.isSettingsOpen}
      @click=${() => change({ isSettingsOpen: !local.isSettingsOpen }, local.isSettingsOpen ? "#settings-button" : ".close")}>${icon(icons.settings)}</button></header>`;
}

function body(scene: Scene): TemplateResult {
  const regions = regionsOf(scene.state);
  const part = (region: Region, draw?: (scene: Scene) => unknown) => (regions.has(region) && draw ? draw(scene) : nothing);
  return html`${statusLine(scene)}
    ${regions.size ? html`<div class="body">${part("summary", scene.later?.summaryPart)}${part("conversation", conversationPart)}
      <div class="offers">${part("suggestions", suggestionsPart)}${part("links", linksPart)}${part("search", searchPart)}${part("assistants", scene.later?.assistantsPart)}</div></div>` : nothing}`;
}

/** Whether something is to be shown that waits in a file of its own. */
export function needsLater({ state, local }: Pick<Scene, "state" | "local">): boolean {
  const regions = regionsOf(state);
  return local.isSettingsOpen || regions.has("summary") || regions.has("assistants");
}
