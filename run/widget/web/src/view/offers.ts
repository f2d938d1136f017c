import { html, nothing, type TemplateResult } from "lit-html";
import type { InsertHow } from "../contract";
import { icon, icons, leaveFocus } from "./controls";
import { safeLinks } from "./safe_links";
import type { Scene } from "./scene";
import { partsOf } from "./text_parts";

/** Insert and Copy of any other text than a suggestion's, as the host can. */
export function textButtons({ state, actions, words }: Scene, text: string, how: InsertHow): TemplateResult {
  return html`${state.host.insert ? html`<button type="button" @mousedown=${leaveFocus} @click=${() => actions.insert(text, how, null)}>${words.text.insert}</button>` : nothing}
    ${state.host.copy ? html`<button type="button" @mousedown=${leaveFocus} @click=${() => actions.copy(text, null)}>${words.text.copy}</button>` : nothing}`;
}

export function linksPart(scene: Scene): TemplateResult | typeof nothing {
  const { state, actions, words } = scene;
  const links = safeLinks(state.offers?.links ?? [], state.linkHosts);
  if (!links.length) return nothing;
  return html`<section data-part="links" aria-labelledby="links"><header><h3 id="links">${words.text.links}</h3></header>
    <ul role="list">${links.map((link) => html`<li class="card link">
      <a href=${link.url} target="_blank" rel="noopener noreferrer" @click=${() => actions.openedLink(link.url)}><b dir="auto">${link.name}</b> ${icon(icons.out)}
        <span class="hidden">(${words.text.newTab})</span><small>${link.host}</small></a>
      <div class="buttons">${textButtons(scene, link.url, "link")}</div></li>`)}</ul></section>`;
}

export function searchPart(scene: Scene): TemplateResult {
  const { state, actions, words } = scene;
  const { query, isBusy, found } = state.search;
  const { text } = words;
  return html`<section data-part="search" aria-labelledby="search" aria-busy=${isBusy}><header><h3 id="search">${text.search}</h3>
      <span class="quiet">${isBusy ? text.searching : found?.length ? words.count(text.found, found.length) : nothing}</span></header>
    <input type="search" aria-labelledby="search" placeholder=${text.searchFor} autocomplete="off" .value=${query}
      @input=${(event: Event) => actions.search((event.target as HTMLInputElement).value)} />
    ${found?.length
      ? html`<ul role="list">${found.map((reply) => html`<li class="card"><p dir="auto">${partsOf(reply.text, reply.slots, 0).map((part) => (part.kind === "slot" ? html`<mark>${part.text}</mark>` : part.text))}</p>
          <div class="buttons">${textButtons(scene, reply.text, "search")}</div></li>`)}</ul>`
      : found && !isBusy && query ? html`<p class="quiet">${text.nothingFound}</p>` : nothing}
  </section>`;
}
