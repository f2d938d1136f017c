import { html, nothing, type TemplateResult } from "lit-html";
import type { Notice } from "../contract";
import { iconButton, icons } from "./controls";
import type { Scene } from "./scene";
import { fill } from "./wording";

/** One line above everything else, which is spoken as it comes: it may be why a key did nothing. */
export function noticePart({ state, actions, words }: Scene): TemplateResult | typeof nothing {
  const { notice } = state;
  if (!notice) return nothing;
  const { text } = words;
  return html`<div class="notice" data-part="notice"><p role=${state.settings.speech === "off" ? nothing : "alert"}>${fill(text.notice[notice.kind], slotsOf(notice))}</p>
    ${notice.kind === "offer-pause" ? html`<button type="button" @click=${() => actions.pause(30)}>${text.pause}</button>` : nothing}
    ${iconButton(text.close, icons.close, () => actions.closeNotice())}</div>`;
}

function slotsOf(notice: Notice): string {
  return notice.kind === "unfilled" ? notice.slots.join(", ") : "";
}

/** What the status means, and what helps; nothing while all is well. */
export function statusLine({ state, actions, words }: Scene): TemplateResult | typeof nothing {
  const line = lineOf();
  if (!line) return nothing;
  return html`<div class="line" data-part="line"><p>${line}</p>${help()}</div>`;

  function lineOf(): string {
    const { line } = words.text;
    switch (state.status) {
      case "loading":
      case "ready":
        return "";
      case "ended":
        return state.summary ? "" : line.ended;
      case "paused":
        return state.pausedUntil ? fill(line.pausedUntil, words.time(state.pausedUntil)) : line.paused;
      case "error":
        return state.retryAt ? fill(line.retrying, words.time(state.retryAt)) : line.error;
      case "offline":
        return state.queuedFeedback ? `${line.offline} ${words.count(line.queued, state.queuedFeedback)}` : line.offline;
      default:
        return line[state.status];
    }
  }

  function help(): TemplateResult | typeof nothing {
    switch (state.status) {
      case "paused":
        return html`<button type="button" @click=${() => actions.resume()}>${words.text.resume}</button>`;
      case "error":
        return html`<button type="button" @click=${() => actions.retry()}>${words.text.retry}</button>`;
      case "expired":
        return html`<button type="button" class="main" @click=${() => actions.signIn()}>${words.text.signIn}</button>`;
      default:
        return nothing;
    }
  }
}
