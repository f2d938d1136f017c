/** The middle: who it is, what was said, and what the visitor may do. */
import { accountName, language, topic } from "./conversations.js";
import { el, show } from "./dom.js";
import { createTranscript } from "./transcript.js";

/** `writing` is where the composer goes. */
export function createTalk(place, { takeOver, handOver, end }) {
  const who = el("div", { class: "person" });
  const deeds = el("div", { class: "deeds" });
  const scroll = el("div", { class: "transcript", tabindex: "0", role: "log", "aria-label": "Messages" });
  const strip = el("p", { class: "strip", hidden: true });
  const caption = el("p", { class: "caption", role: "status" });
  const writing = el("div", { class: "writing" });
  const welcome = el("p", { class: "welcome" }, "Customers are on their way…");
  const body = el("div", { class: "body", hidden: true }, el("header", {}, who, deeds), scroll, strip, caption, writing);
  const transcript = createTranscript(scroll);
  let current = null;
  let warning = "";
  place.append(welcome, body);

  const button = (name, act, kind = "") => el("button", { type: "button", class: kind, data: { act: name }, onclick: () => act(current.id) }, name);
  const buttons = { takeOver: button("Take over", takeOver, "main"), handOver: button("Hand over", handOver), end: button("End", end) };

  function deedsOf(one) {
    if (one.is_ended) return [];
    return one.is_yours ? [buttons.handOver, buttons.end] : [buttons.takeOver];
  }
  function stripOf(one) {
    if (warning) return warning;
    if (one.is_ended) return "This conversation has ended. Its summary is in the panel beside it.";
    if (!one.is_yours) return one.holder ? `${one.holder} answers this customer. You are looking on.` : "On the way to an agent.";
    if (one.is_finished) return `${one.customer} has all they came for. Say goodbye, or end it: the summary follows.`;
    return "";
  }

  return {
    writing,
    warn(text) {
      warning = text;
      setTimeout(() => (warning = ""), 6000);
    },
    caption: (text) => void (caption.textContent = text),
    draw(one) {
      current = one;
      welcome.hidden = true;
      body.hidden = false;
      show(who, el("span", { class: `face ${one.account}`, "aria-hidden": "true" }, one.customer[0]), el("h2", {}, one.customer),
        el("p", { class: "quiet" }, `${topic(one)} · ${accountName(one)}, ${language(one).toUpperCase()}`)); // prettier-ignore
      buttons.end.className = one.is_finished ? "main" : "";
      const wanted = deedsOf(one);
      if (wanted.length !== deeds.children.length || wanted.some((deed, index) => deeds.children[index] !== deed)) deeds.replaceChildren(...wanted);
      transcript(one);
      const words = stripOf(one);
      strip.hidden = !words;
      if (strip.textContent !== words) strip.textContent = words;
      writing.hidden = one.is_ended || !one.is_yours;
    },
  };
}
