import { html, nothing, type TemplateResult } from "lit-html";
import type { Suggestion } from "../contract";
import { iconButton, icons, leaveFocus } from "./controls";
import { standing } from "./regions";
import { movedTo } from "./roving";
import type { Scene } from "./scene";
import { partsOf, typedLength } from "./text_parts";
import { fill } from "./wording";

/** A list with one tab stop: arrows go from suggestion to suggestion, Tab through the buttons of one. */
export function suggestionsPart(scene: Scene): TemplateResult {
  const { state, words } = scene;
  const shown = standing(state);
  const isBusy = state.status === "loading";
  return html`<section data-part="suggestions" aria-labelledby="suggestions" aria-busy=${isBusy}>
    <header><h3 id="suggestions">${words.text.suggestions}</h3>${shown.length ? html`<span class="count">${shown.length}</span>` : nothing}</header>
    ${isBusy && (shown.length || !state.isSlow) ? html`<div class="progress"></div>` : nothing}
    ${shown.length
      ? html`<ul role="list" class=${state.status === "error" || state.status === "offline" ? "old" : ""} @keydown=${(event: KeyboardEvent) => onKey(event, scene, shown)}>
          ${shown.map((one, index) => card(one, index, scene, Math.min(scene.local.active, shown.length - 1)))}</ul>
          ${state.offers?.degraded ? html`<p class="quiet">${words.text.line.degraded}</p>` : nothing}`
      : isBusy && state.isSlow
        ? html`<div class="skeleton" role="img" aria-label=${words.text.loading}></div>`
        : nothing}
  </section>`;
}

function card(one: Suggestion, index: number, scene: Scene, active: number): TemplateResult {
  const { state, actions, words } = scene;
  const { text } = words;
  const stop = index === active;
  const use = () => choose(one, scene);
  const rated = state.rated.get(one.id);
  const typed = typedLength(one.text, one.replace, state.draft);
  const name = fill(text.suggestion, String(index + 1));
  return html`<li class="card" @focusin=${() => index !== scene.local.active && scene.change({ active: index })}>
    <span class="number" aria-hidden="true">${index + 1}</span>
    <p id="text-${index}" dir="auto" @click=${() => isSelecting() || use()}>${partsOf(one.text, one.slots, typed).map(({ text, kind }) =>
      kind === "slot" ? html`<mark>${text}</mark>` : kind === "typed" ? html`<span class="typed">${text}</span>` : text)}</p>
    <p class="about quiet">${typed ? text.begins : fitOf(one, scene)} · ${text.source[one.source]}</p>
    <div class="buttons" role="group" aria-label=${name}>
      ${state.host.insert ? html`<button type="button" class=${stop ? "main" : ""} id="use-${index}" tabindex=${stop ? 0 : -1} aria-describedby="text-${index}" @mousedown=${leaveFocus} @click=${use}>${text.insert}</button>` : nothing}
      ${state.host.copy ? html`<button type="button" id=${state.host.insert ? nothing : `use-${index}`} tabindex=${stop ? 0 : -1} aria-describedby="text-${index}" @mousedown=${leaveFocus} @click=${() => actions.copy(one.text, one.id)}>${text.copy}</button>` : nothing}
      <span class="space"></span>
      ${state.features.has("feedback")
        ? [iconButton(text.up, icons.up, () => actions.rate(one.id, "up"), { stop, pressed: rated === "up" }), iconButton(text.down, icons.down, () => actions.rate(one.id, "down"), { stop, pressed: rated === "down" })]
        : nothing}
      ${iconButton(text.dismiss, icons.close, () => actions.dismiss(one.id), { stop })}
    </div></li>`;
}

function fitOf({ score }: Suggestion, { words }: Scene): TemplateResult {
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="8"></rect><rect class="part" width=${Math.round(score * 100)} height="8"></rect></svg>
    ${fill(words.text.fit, words.percent(score))}`;
}

function choose(one: Suggestion, { state, actions }: Scene): void {
  if (state.host.insert) actions.insert(one.text, "suggestion", one.id);
  else if (state.host.copy) actions.copy(one.text, one.id);
}

function onKey(event: KeyboardEvent, scene: Scene, shown: readonly Suggestion[]): void {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const at = Math.min(scene.local.active, shown.length - 1);
  const to = movedTo(event.key, at, shown.length);
  const one = shown[at];
  if (to !== null) scene.change({ active: to }, `#use-${to}`);
  else if (event.key === "Delete" && one) scene.actions.dismiss(one.id);
  else if (event.key === "c" && one) scene.actions.copy(one.text, one.id);
  else return;
  event.preventDefault();
}

/** Someone who marks words in a suggestion does not want all of it. */
function isSelecting(): boolean {
  return getSelection()?.type === "Range";
}
