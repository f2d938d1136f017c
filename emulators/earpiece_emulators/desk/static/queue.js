/** The list on the left: who is there, who waits and for how long. */
import { accountName, group, language, languageName, topic, urgency } from "./conversations.js";
import { el, elapsed, show } from "./dom.js";

/** `choose(id)` when the visitor picks one. Returns how to draw it anew. */
export function createQueue(place, conversations, choose) {
  const buttons = new Map(); // kept, so that the focus stays where it is

  function buttonOf(one) {
    if (!buttons.has(one.id)) buttons.set(one.id, el("button", { type: "button", class: "entry", onclick: () => choose(one.id) }));
    return buttons.get(one.id);
  }
  place.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...place.querySelectorAll("button")];
    const next = all[all.indexOf(document.activeElement) + step];
    if (!step || !next) return;
    event.preventDefault();
    next.focus();
  });

  return function draw(currentId, now) {
    const all = conversations.all();
    for (const id of [...buttons.keys()]) if (!conversations.get(id)) buttons.delete(id);
    const groups = ["Yours", "With colleagues", "Ended"].map((name) => [name, all.filter((one) => group(one) === name)]);
    for (const one of all) fill(buttonOf(one), one, conversations.unread(one), one.id === currentId, now);
    const wanted = groups.filter(([, members]) => members.length);
    const order = wanted.map(([name, members]) => `${name}:${members.map(({ id }) => id)}`).join();
    if (place.dataset.order === order) return;
    place.dataset.order = order;
    const focused = document.activeElement;
    place.replaceChildren(...wanted.map(([name, members]) => el("section", {}, el("h2", {}, name), el("ul", { role: "list" }, members.map((one) => el("li", {}, buttonOf(one)))))));
    if (place.contains(focused)) focused.focus(); // moved, it has lost it
    if (!all.length) place.replaceChildren(el("p", { class: "quiet" }, "The first customers are on their way…"));
  };
}

function fill(button, one, unread, isCurrent, now) {
  button.setAttribute("aria-current", String(isCurrent));
  button.className = `entry ${one.is_ended ? "ended" : ""}`;
  button.dataset.id = one.id;
  const waited = one.waiting_since ? now - one.waiting_since : null;
  show(
    button,
    el("span", { class: `face ${one.account}`, "aria-hidden": "true" }, one.customer[0]),
    el("span", { class: "who" }, one.customer),
    unread ? el("span", { class: "unread" }, String(unread), el("span", { class: "hidden" }, " unread")) : el("span", { class: "unread none" }),
    el("span", { class: "about" }, topic(one)),
    el("span", { class: "facts" },
      el("abbr", { title: `${accountName(one)}, ${languageName(one)}` }, language(one).toUpperCase()),
      waited !== null && !one.is_ended && one.is_yours
        ? el("span", { class: `waits ${urgency(waited)}` }, el("span", { class: "hidden" }, "waits "), elapsed(waited))
        : el("span", { class: "state" }, one.is_ended ? "ended" : one.typing === "customer" ? "types…" : one.is_yours ? "answered" : (one.holder ?? "queue").split(" ")[0])),
  ); // prettier-ignore
}
