/** "What happened behind it": figures of this session, and the trail of the conversation that is open. */
import { get } from "./backend.js";
import { accountName } from "./conversations.js";
import { clockWithSeconds, el, show } from "./dom.js";
import { createFigures, observeCalls, observePaints } from "./measures.js";
import { condensed, ms, ofCall, ofEvent, ofRun, ofStep } from "./trail.js";

const ROWS_EVERY_MS = 5000;
const MOST_LINES = 60;

export function createBehind(place) {
  const figures = createFigures();
  const told = new Map(); // Earpiece's id of a conversation → lines of its widget
  const rows = new Map(); // the desk's id → what the warehouse holds
  const tiles = el("dl", { class: "tiles" });
  const stored = el("div", { class: "stored" });
  const trail = el("ol", { class: "trail", role: "list" });
  let current = null;

  place.append(el("h2", { id: "behind-title" }, "What happened behind it"), tiles, stored, el("h3", {}, "This conversation, newest first"), trail);
  const note = (id, line) => line && told.set(id, [...(told.get(id) ?? []), line]);
  observeCalls((call) => (figures.call(call), note(call.conversationId, ofCall(call)), redraw()));
  observePaints(figures.paint);
  setInterval(() => void askRows(), ROWS_EVERY_MS);

  async function askRows() {
    if (!current || document.hidden || !place.checkVisibility()) return;
    const { id } = current;
    const found = await get(`/api/conversations/${encodeURIComponent(id)}/rows`).catch(() => null);
    if (found) rows.set(id, found);
    redraw();
  }
  function redraw() {
    if (!current) return;
    show(tiles, tilesOf(figures.now(), figures.model(current.account), current));
    show(stored, storedOf(rows.get(current.id)));
    const lines = [...current.steps.map(ofStep), ...(told.get(current.conversation_id) ?? [])];
    show(trail, condensed(lines).slice(0, MOST_LINES).map(lineOf));
  }

  return {
    draw(one) {
      const isOther = current?.id !== one.id;
      current = one;
      redraw();
      if (isOther) void askRows();
    },
    event(name, detail, account) {
      figures.event(name, detail, account);
      if (detail?.conversation_id) note(detail.conversation_id, ofEvent(name, detail, Date.now()));
      redraw();
    },
    figures: () => figures.now(),
  };
}

function tilesOf(now, model, one) {
  const share = now.savedShare === null ? "" : `${Math.round(now.savedShare * 100)} % of ${now.characters} characters`;
  return [
    tile("Keystrokes saved", now.messages ? now.savedKeys : null, share || "counted in the widget, at each message sent", "saved"),
    tile("Time to suggest", now.callP50 === null ? null : ms(now.callP50), now.callP95 === null ? "median" : `median, p95 ${ms(now.callP95)}`, "latency"),
    tile("Requests per message", now.callsPerMessage?.toFixed(1) ?? null, `${now.calls} for ${now.messages} sent`, "requests"),
    tile("Key to grey text", now.paintP95 === null ? null : ms(now.paintP95), "p95, no request", "paint"),
    tile("Offers taken", now.accepted || null, "grey text, suggestions, links", "taken"),
    tile("Model version", model === undefined ? null : (model ?? "none yet"), model === null ? `${accountName(one)} serves its own replies` : `of ${accountName(one)}`, "model"),
  ];
}

const tile = (name, value, more, key) => el("div", { class: `tile ${key}`, data: { figure: key } }, el("dt", {}, name), el("dd", {}, String(value ?? "—")), el("dd", { class: "more" }, more));

function storedOf(found) {
  const count = (value) => (value === undefined || value === null ? "…" : String(value));
  const runs = (found?.runs ?? []).map(ofRun).map(({ title, facts }) => el("p", { class: "run" }, el("b", {}, title), " ", facts.join(" · ")));
  return [el("p", { class: "rows" }, "In BigQuery: ", el("b", {}, count(found?.messages)), " messages, ", el("b", {}, count(found?.suggestion_events)), " feedback rows"), ...runs];
}

const lineOf = ({ at, tone, title, facts }) => el("li", { class: tone }, el("time", {}, clockWithSeconds(at)), el("span", { class: "title" }, title), facts.length ? el("span", { class: "more" }, facts.join(" · ")) : null);
