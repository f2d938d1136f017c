import { html, nothing, type TemplateResult } from "lit-html";

/** Paths of 24 units, drawn as lines in the colour of the text. */
export const icons = {
  pause: "M9 5v14M15 5v14",
  resume: "M8 5l11 7-11 7z",
  settings: "M4 7h8m4 0h4M4 17h4m4 0h8M12 7a2 2 0 104 0 2 2 0 10-4 0M8 17a2 2 0 104 0 2 2 0 10-4 0",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  up: "M7 11v9H4v-9zl4-8c2 0 3 1 3 3l-1 4h5c2 0 3 1 2.500 3l-1.500 6c-.3 1-1 1-2 1H7",
  down: "M17 13V4h3v9zl-4 8c-2 0-3-1-3-3l1-4H6c-2 0-3-1-2.500-3L5 5c.3-1 1-1 2-1h10",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
} as const;

export const icon = (path: string): TemplateResult => html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;

interface Extra {
  readonly pressed?: boolean;
  readonly stop?: boolean; // false: reached by arrows, not by Tab
  readonly kind?: string;
}

/** A button of an icon; its name is read and shown on hover. */
export const iconButton = (name: string, path: string, press: () => void, { pressed, stop = true, kind = "" }: Extra = {}): TemplateResult =>
  html`<button type="button" class="icon ${kind}" title=${name} aria-label=${name} aria-pressed=${pressed ?? nothing}
    tabindex=${stop ? nothing : -1} @mousedown=${leaveFocus} @click=${press}>${icon(path)}</button>`;

/** The pressed button does not take the focus: the caret stays in the reply. Keyboard users focus it as always. */
export function leaveFocus(event: Event): void {
  event.preventDefault();
}

export const choice = <T extends string>(name: string, options: Readonly<Record<T, string>>, chosen: T, choose: (value: T) => void): TemplateResult =>
  html`<label class="row"><span>${name}</span><select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as T)}>
    ${(Object.entries(options) as [T, string][]).map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
  </select></label>`;
