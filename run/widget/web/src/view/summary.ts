import { html, nothing, type TemplateResult } from "lit-html";
import { resultText, warnings } from "./assistants";
import { leaveFocus } from "./controls";
import type { Scene } from "./scene";

/** The summary of an ended conversation: read, edit, copy, save. It can be written by hand when no model answered. */
export function summaryPart(scene: Scene): TemplateResult | typeof nothing {
  const { state, actions, words, local, change } = scene;
  const { summary } = state;
  if (!summary) return nothing;
  const { text } = words;
  const written = summary.edited ?? summary.result?.final_text ?? summary.result?.text ?? "";
  const id = state.conversation?.conversation_id ?? "";
  const isEdited = local.edited === id;
  const isBusy = summary.state === "saving" || summary.state === "saved";
  const save = () => {
    if (isBusy) return;
    change({ edited: null }, "#summary-edit");
    actions.saveSummary();
  };
  return html`<section class="card summary" data-part="summary" aria-labelledby="summary" aria-busy=${summary.state === "waiting"}>
    <header><h3 id="summary">${text.summary}</h3><span class="tag ${summary.state}">${text.summaryState[summary.state]}</span></header>
    ${isEdited
      ? html`<textarea id="summary-text" rows="8" dir="auto" aria-labelledby="summary" .value=${written} @input=${(event: Event) => actions.editSummary((event.target as HTMLTextAreaElement).value)}></textarea>`
      : written ? resultText(written) : summary.state === "waiting" ? html`<div class="skeleton" aria-hidden="true"></div>` : nothing}
    ${summary.result ? warnings(summary.result, scene) : nothing}
    <div class="buttons">
      ${written ? html`<button type="button" class="main" aria-disabled=${isBusy} @click=${save}>${text.save}</button>` : nothing}
      ${isEdited ? nothing : html`<button type="button" id="summary-edit" @click=${() => change({ edited: id }, "#summary-text")}>${written ? text.edit : text.write}</button>`}
      ${written && state.host.copy ? html`<button type="button" @mousedown=${leaveFocus} @click=${() => actions.copy(written, null)}>${text.copy}</button>` : nothing}
    </div></section>`;
}
