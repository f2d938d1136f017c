/** Where the visitor writes. Each conversation has a field of its own, so that no draft is lost or goes to the wrong one. */
import { act } from "./backend.js";
import { firstName } from "./conversations.js";
import { el } from "./dom.js";

const TELLS_EVERY_MS = 1000;

/** `onSent(text)` once the desk has taken the message. */
export function createComposer(place, { onSent, onFailed }) {
  const fields = new Map();
  const button = el("button", { type: "submit", class: "main" }, "Send");
  const hint = el("p", { class: "hint" }, el("kbd", {}, "Tab"), " grey text  ", el("kbd", {}, "Alt 1"), " suggestion  ", el("kbd", {}, "Enter"), " send");
  const form = el("form", { class: "composer" }, el("div", { class: "foot" }, hint, button));
  let current = null;
  let isSending = false;
  let toldAt = 0;
  place.append(form);

  function fieldOf(one) {
    if (!fields.has(one.id)) {
      const made = el("textarea", { rows: "3", "aria-label": `Reply to ${one.customer}`, placeholder: `Reply to ${firstName(one)}…`, lang: one.locale, maxlength: "4000" });
      made.addEventListener("input", () => tell(one.id, made.value !== ""));
      made.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
        event.preventDefault();
        void send();
      });
      fields.set(one.id, made);
    }
    return fields.get(one.id);
  }
  function tell(id, isTyping) {
    if (isTyping && Date.now() - toldAt < TELLS_EVERY_MS) return;
    toldAt = isTyping ? Date.now() : 0;
    act(id, "typing", { is_typing: isTyping }).catch(() => undefined); // the customer waits a little less
  }
  async function send() {
    const [one, field] = [current, fields.get(current?.id)];
    const text = field?.value ?? "";
    if (!text.trim() || isSending) return;
    isSending = true;
    try {
      await act(one.id, "messages", { text });
      if (field.value === text) field.value = "";
      onSent(one, text);
    } catch (error) {
      onFailed(error); // the text stays
    } finally {
      isSending = false;
    }
  }
  form.addEventListener("submit", (event) => (event.preventDefault(), void send()));

  return {
    field: (one) => fieldOf(one),
    /** Show this conversation's field. */
    draw(one) {
      const field = fieldOf(one);
      if (current?.id !== one.id || form.firstChild !== field) form.replaceChildren(field, form.lastChild);
      current = one;
    },
    forget: (id) => fields.delete(id),
  };
}
