import { html, nothing, type TemplateResult } from "lit-html";
import type { AssistantCard, AssistantResult } from "../contract";
import { textButtons } from "./offers";
import type { Scene } from "./scene";
import { sectionsOf } from "./text_parts";
import { fill } from "./wording";

export function assistantsPart(scene: Scene): TemplateResult {
  const { text } = scene.words;
  return html`<section data-part="assistants" aria-labelledby="assistants"><header><h3 id="assistants">${text.assistants}</h3></header>
    <ul role="list">${scene.state.assistants.map((card) => html`<li class="card">${assistant(card, scene)}</li>`)}</ul></section>`;
}

function assistant({ code, title, takesText, options, isBusy, result }: AssistantCard, scene: Scene): TemplateResult {
  const { text } = scene.words;
  const run = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy) return;
    const wanted = new FormData(event.target as HTMLFormElement);
    scene.actions.runAssistant(code, Object.fromEntries([...wanted].filter(([, value]) => value)) as { text?: string; option?: string });
  };
  return html`<form @submit=${run}><h4>${title}</h4>
      ${options.length ? html`<select name="option" aria-label=${fill(text.optionFor, title)}>${options.map((one) => html`<option>${one}</option>`)}</select>` : nothing}
      ${takesText ? html`<textarea name="text" rows="1" dir="auto" placeholder=${fill(text.textFor, title)} aria-label=${fill(text.textFor, title)}></textarea>` : nothing}
      <button aria-disabled=${isBusy} aria-describedby="run-${code}">${isBusy ? text.running : result ? text.runAgain : text.run}</button><span id="run-${code}" hidden>${title}</span></form>
    ${result && !isBusy ? outcome(result, scene) : nothing}`;
}

function outcome(result: AssistantResult, scene: Scene): TemplateResult {
  const { text } = scene.words;
  const written = result.final_text ?? result.text;
  if (!written) return html`<p class="quiet">${result.state === "skipped" ? text.skipped : result.state === "failed" ? text.failed : text.running}</p>`;
  return html`${resultText(written)}${warnings(result, scene)}<div class="buttons">${textButtons(scene, written, "assistant")}</div>`;
}

/** An assistant's text in its sections. */
export function resultText(text: string): TemplateResult {
  return html`<dl dir="auto">${sectionsOf(text).map(({ label, lines }) => html`${label ? html`<dt>${label}</dt>` : nothing}${lines.map((line) => html`<dd class=${line.startsWith("- ") ? "item" : nothing}>${line.replace(/^- /, "")}</dd>`)}`)}</dl>`;
}

/** What one should know before using a result. */
export function warnings(result: AssistantResult, { words }: Scene): TemplateResult {
  return html`${result.is_stale ? html`<p class="warning">${words.text.stale}</p>` : nothing}${result.is_trimmed ? html`<p class="warning">${words.text.trimmed}</p>` : nothing}`;
}
