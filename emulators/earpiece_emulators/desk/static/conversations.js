/** What the desk knows of its conversations, and what follows from it. No DOM. */

/** `seen` maps a conversation's id to how many messages of the customer have been read. */
export function createConversations() {
  const all = new Map();
  const seen = new Map();
  return {
    all: () => sorted([...all.values()]),
    get: (id) => all.get(id) ?? null,
    /** Take in what the stream says; ids that it no longer names are gone. */
    take({ changed, ids }) {
      for (const one of changed) all.set(one.id, one);
      for (const id of [...all.keys()]) if (!ids.includes(id)) all.delete(id);
    },
    read: (id) => all.has(id) && seen.set(id, fromCustomer(all.get(id))),
    unread: (one) => (one.is_ended ? 0 : Math.max(0, fromCustomer(one) - (seen.get(one.id) ?? 0))),
  };
}

const fromCustomer = ({ messages }) => messages.filter(({ role }) => role === "customer").length;

/** In the order in which they came: a list that jumps about cannot be clicked. Ended ones are last. */
function sorted(all) {
  const rank = (one) => (one.is_ended ? 2 : one.is_yours ? 0 : 1);
  return all.sort((one, other) => rank(one) - rank(other) || one.number - other.number);
}

export const group = (one) => (one.is_ended ? "Ended" : one.is_yours ? "Yours" : "With colleagues");
export const language = ({ locale }) => locale.slice(0, 2);
export const languageName = (one) => ({ en: "English", nl: "Dutch", de: "German" })[language(one)] ?? one.locale;
export const accountName = ({ account }) => account[0].toUpperCase() + account.slice(1);
export const topic = ({ topic: name }) => (name[0].toUpperCase() + name.slice(1)).replaceAll("-", " ");
export const firstName = ({ customer }) => customer.split(" ")[0];
export const urgency = (waitedMs) => (waitedMs > 180_000 ? "late" : waitedMs > 60_000 ? "slow" : "");

/** The next that the visitor should answer: whoever has waited longest. */
export function nextWaiting(all) {
  const waiting = all.filter((one) => one.is_yours && !one.is_ended && (one.waiting_since || one.is_finished));
  return waiting.sort((one, other) => (one.waiting_since ?? Infinity) - (other.waiting_since ?? Infinity))[0] ?? null;
}
