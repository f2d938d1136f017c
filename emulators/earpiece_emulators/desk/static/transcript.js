/** What was said: one bubble a message, kept while it is the same. */
import { clock, el } from "./dom.js";

/** Draws into `place`, which scrolls; it follows the end unless the reader has scrolled up. */
export function createTranscript(place) {
  const list = el("ol", { role: "list" });
  const typing = el("p", { class: "typing", hidden: true });
  const inner = el("div", { class: "inner" }, list, typing);
  const known = new Map();
  let shownId = null;
  let isAtEnd = true;
  place.append(inner);
  const toEnd = () => void (isAtEnd && (place.scrollTop = place.scrollHeight));
  place.addEventListener("scroll", () => (isAtEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 80), { passive: true });
  new ResizeObserver(toEnd).observe(place); // what is below it came or went

  return function draw(one) {
    const isNew = one.id !== shownId;
    if (isNew) (known.clear(), list.replaceChildren());
    shownId = one.id;
    isAtEnd ||= isNew;
    const entries = [...one.messages.map(messageEntry), ...one.notes.map(noteEntry)].sort((a, b) => a.at - b.at);
    for (const entry of entries) {
      if (known.get(entry.key)?.text === entry.text) continue;
      const made = entry.make();
      known.has(entry.key) ? known.get(entry.key).node.replaceWith(made) : list.append(made);
      known.set(entry.key, { text: entry.text, node: made });
    }
    drawTyping(typing, one);
    toEnd();
  };
}

function drawTyping(typing, one) {
  typing.hidden = !one.typing || one.is_ended;
  if (typing.hidden) return;
  const who = one.typing === "customer" ? one.customer : one.holder;
  typing.className = `typing ${one.typing}`;
  typing.replaceChildren(el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), `${who} is typing`);
}

const messageEntry = (message) => ({ key: message.message_id, at: message.at, text: `${message.text}${message.is_removed}${message.is_edited}`, make: () => bubble(message) });
const noteEntry = (note) => ({ key: `note-${note.at}`, at: note.at, text: note.to, make: () => el("li", { class: "event" }, `${note.from ? `${note.from} handed over to ` : "Taken by "}${note.to}`) });

function bubble({ role, name, text, at, attachments, is_note, is_edited, is_removed }) {
  if (role === "system") return el("li", { class: "event" }, text);
  const side = role === "agent" ? "agent" : role;
  return el("li", { class: `said ${side} ${is_note ? "note" : ""}` },
    el("p", { class: "by" }, `${is_note ? "Note by " : ""}${name}${role === "bot" ? " · bot" : ""} `, el("time", {}, clock(at))),
    el("p", { class: "text", dir: "auto" }, is_removed ? el("em", {}, "removed by the customer") : text || null,
      attachments.map((file) => el("span", { class: "file" }, file))),
    is_edited ? el("p", { class: "by" }, "edited") : null); // prettier-ignore
}
