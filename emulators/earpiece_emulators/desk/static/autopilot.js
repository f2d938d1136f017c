/**
 * An agent who types with help, so that the product is seen at work without typing. It does what a person does, by the
 * page's own events: keys at a human pace, Tab on grey text that is right, a click on a suggestion that is right, Enter.
 */
import { fillsOf, fit, isNear } from "./likeness.js";
import { nextWaiting } from "./conversations.js";

const KEY_MS = [55, 130];
const LOOKS_MS = [1200, 1900]; // at the customer's message and at the panel
const SEES_MS = 260; // grey text has to be read before it is taken
const LEAST_SEES_MS = 160; // nor does the widget take a key that was on its way already
const SUMMARY_MS = 12_000;

/**
 * `desk` has conversations(), choose(id), field(id), widget(one), end(id). `say(text)` tells what it does; `pace` is how
 * many times faster than a person. Returns `{start, stop, isOn}`.
 */
export function createAutopilot(desk, { say, onStop, pace = 1 }) {
  let flight = null;

  const pause = (low, high = low) => new Promise((resolve) => setTimeout(resolve, (low + Math.random() * (high - low)) / pace));
  const isOff = (own) => own.signal.aborted;

  async function fly(own) {
    while (!isOff(own)) {
      const one = desk.current();
      const next = one && isMine(one) ? one : nextWaiting(desk.conversations());
      if (!next) (say("waits for a customer"), await pause(400));
      else if (next !== one) (desk.choose(next.id), await pause(700));
      else if (next.is_finished) await finish(next, own);
      else await answer(next, own);
    }
  }
  const isMine = (one) => one.is_yours && !one.is_ended && (one.waiting_since !== null || one.is_finished);

  async function finish(one, own) {
    say("ends the conversation");
    await pause(1500);
    if (isOff(own)) return;
    desk.end(one.id);
    say("reads the summary");
    await pause(SUMMARY_MS);
    const next = nextWaiting(desk.conversations());
    if (next && !isOff(own)) desk.choose(next.id);
  }

  /** Everything that this agent would say now, a message after the other. */
  async function answer(one, own) {
    say("reads");
    await pause(...LOOKS_MS);
    const field = desk.field(one.id);
    for (const meant of [...(desk.get(one.id)?.intended ?? [])]) {
      if (isOff(own) || desk.current()?.id !== one.id) return;
      field.focus();
      await write(meant, one, field, own);
      await pause(450, 900);
      if (isOff(own)) return;
      press(field, "Enter");
      await until(() => field.value === "", 3000);
      await pause(300, 600);
    }
    await until(() => isOff(own) || !desk.get(one.id)?.intended.length, 8000);
  }
  async function write(meant, one, field, own) {
    const chosen = rightSuggestion(desk.widget(one), meant);
    if (chosen) return takeSuggestion(chosen, field, own);
    say("types");
    while (!isOff(own) && field.value.length < meant.length) {
      const rest = meant.slice(field.value.length);
      if (await takeGhost(field, rest)) continue;
      strike(field, rest[0]);
      await pause(...KEY_MS);
    }
  }
  async function takeSuggestion({ button, number, fills }, field, own) {
    say(`takes suggestion ${number}`);
    await pause(500);
    button.click();
    await until(() => field.value !== "", 1500);
    for (const fill of fills) {
      if (isOff(own) || !(await until(() => field.selectionEnd > field.selectionStart, 800))) return;
      for (const character of fill) (strike(field, character), await pause(...KEY_MS));
      press(field, "Tab"); // to the next placeholder
    }
  }
  /** Take grey text that is right, whole or its first word; whether anything came of it. */
  async function takeGhost(field, rest) {
    const how = fit(ghostText(), rest);
    if (how === "nothing") return false;
    const before = field.value;
    await pause(Math.max(SEES_MS, LEAST_SEES_MS * pace));
    if (fit(ghostText(), rest) !== how) return false;
    say(how === "all" ? "Tab takes the rest" : "Ctrl → takes a word");
    press(field, how === "all" ? "Tab" : "ArrowRight", { ctrlKey: how === "word" });
    await until(() => field.value !== before, 600);
    await pause(120);
    say("types");
    return field.value !== before;
  }
  async function until(isSo, longestMs) {
    for (const from = performance.now(); performance.now() - from < longestMs; ) {
      if (isSo()) return true;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return isSo();
  }

  function stop() {
    flight?.abort();
    flight = null;
    onStop();
  }
  return {
    isOn: () => flight !== null,
    start() {
      const own = (flight = new AbortController());
      fly(own).catch(() => undefined).finally(() => flight === own && stop()); // prettier-ignore
    },
    stop,
  };
}

/** A key that does something. */
function press(field, key, more = {}) {
  field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}
/** A key that writes a character. */
function strike(field, character) {
  if (document.activeElement !== field) field.focus();
  press(field, character);
  document.execCommand("insertText", false, character);
}

function ghostText() {
  const shown = [...document.querySelectorAll("body > div[popover]")].find((one) => one.shadowRoot?.querySelector(".ghost") && one.matches(":popover-open"));
  return shown?.shadowRoot.querySelector(".ghost").textContent ?? "";
}

function rightSuggestion(widget, meant) {
  const cards = [...(widget?.shadowRoot?.querySelectorAll("[data-part=suggestions] li") ?? [])];
  for (const [index, card] of cards.entries()) {
    const offer = card.querySelector("p[id]")?.textContent ?? "";
    const fills = fillsOf(offer, meant) ?? (!offer.includes("{") && isNear(offer, meant) ? [] : null);
    const button = card.querySelector("button[id]");
    if (fills && button) return { button, number: index + 1, fills };
  }
  return null;
}
