/** One line on top: what to try next. Each step is done once it has been seen. */
import { el, show } from "./dom.js";

const STEPS = [
  ["pick", () => ["Pick a conversation on the left"]],
  ["complete", (word) => (word ? ["Type ", key(word), " in the reply, then press ", key("Tab"), " to take the grey text"] : ["Type a reply: when grey text comes up, ", key("Tab"), " takes it"])],
  ["suggest", () => ["Press ", key("Alt"), key("1"), " to put in the first suggestion"]],
  ["send", () => [key("Enter"), " sends it: the customer answers"]],
  ["end", () => ["End the conversation: its summary is written for you"]],
];
const key = (name) => el("kbd", {}, name);

export function createGuide(place) {
  const done = new Set();
  let word = null; // what to type, where it is known
  function draw() {
    const at = STEPS.findIndex(([name]) => !done.has(name));
    const dots = el("span", { class: "dots", role: "img", "aria-label": `${done.size} of ${STEPS.length} tried` }, STEPS.map(([name]) => el("i", { class: done.has(name) ? "done" : null })));
    const words = at < 0 ? ["That is all of it. Every figure on the right is from your own session."] : [el("b", {}, "Try: "), ...STEPS[at][1](word)];
    show(place, dots, el("p", {}, words));
  }
  draw();
  return {
    did(name) {
      if (done.has(name)) return;
      done.add(name);
      draw();
    },
    has: (name) => done.has(name),
    /** Grey text follows on this, or null. */
    offer(text) {
      if (text === word) return;
      word = text;
      draw();
    },
  };
}
