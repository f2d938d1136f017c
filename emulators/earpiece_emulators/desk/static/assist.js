/** The real widget, one for each account: each has a token, suggestions and a session of its own. */
import { post } from "./backend.js";
import { language } from "./conversations.js";
import { el } from "./dom.js";

const TOLD = ["ready", "state", "shown", "accepted", "feedback", "sent", "error"];

/** `onEvent(name, detail, account)` for each event of a widget. */
export function createAssist(place, onEvent) {
  const widgets = new Map();
  const pushed = new Set();
  let current = { id: null, account: null, field: null, isEnded: false };
  let waiting = null; // until the widget's code is there
  customElements.whenDefined("earpiece-widget").then(() => waiting?.());

  function widgetOf(one) {
    if (!widgets.has(one.account)) {
      const made = el("earpiece-widget", { account: one.account, locale: language(one), theme: document.documentElement.dataset.theme ?? "auto" });
      made.getToken = async () => {
        const { token, expires_at } = await post("/api/token", { account: one.account });
        return { token, expiresAt: Date.parse(expires_at) };
      };
      for (const name of TOLD) made.addEventListener(`earpiece-${name}`, ({ detail }) => onEvent(name, detail, one.account));
      widgets.set(one.account, made);
      place.append(made);
    }
    return widgets.get(one.account);
  }
  /** What the desk knows before the server does. */
  function push(widget, one) {
    for (const { message_id, role, text, at, is_note, is_removed } of one.messages) {
      const key = `${one.id} ${message_id}`;
      if (pushed.has(key) || is_note || is_removed) continue;
      pushed.add(key);
      widget.pushMessage({ message_id, role, text, sent_at: new Date(at).toISOString() });
    }
  }

  return {
    /** The widget helps with this conversation, in this field; null where somebody else answers. */
    follow(one, field) {
      const isOther = current.id !== one.id;
      const widget = widgetOf(one);
      if (isOther && current.account && current.account !== one.account) {
        const left = widgets.get(current.account);
        left.detach();
        left.setConversation(null);
        left.hidden = true;
      }
      widget.hidden = false;
      if (!customElements.get("earpiece-widget")) return void (waiting = () => this.follow(one, field));
      if (isOther || current.field !== field) widget.detach();
      if (isOther) (pushed.clear(), widget.setConversation({ platform: "custom", platformId: one.id }));
      if (isOther || current.field !== field) field && widget.attach(field);
      if (!isOther) push(widget, one);
      else for (const { message_id } of one.messages) pushed.add(`${one.id} ${message_id}`); // the server tells of those
      if (one.is_ended && (isOther || !current.isEnded)) widget.end();
      current = { id: one.id, account: one.account, field, isEnded: one.is_ended };
    },
    /** The page has sent the message: the widget counts what it took. */
    sent: (one, text) => void (one.id === current.id && widgets.get(one.account)?.sent?.(text)), // else it counts another field
    theme(theme) {
      for (const widget of widgets.values()) widget.update?.({ theme });
    },
    /** The first suggestion that the panel shows, in a list; empty without one. */
    offers: (one) => [...(widgets.get(one.account)?.shadowRoot?.querySelectorAll("#text-0") ?? [])].map((offer) => offer.textContent),
    /** For the auto-pilot. */
    widget: (one) => widgets.get(one.account) ?? null,
  };
}
