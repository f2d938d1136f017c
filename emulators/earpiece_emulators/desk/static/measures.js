/** What can be measured in the page: the widget's own calls, its key-to-paint marks, and what its events say. */

const CALL = /\/v1\/conversations\/([0-9a-f]{32})\/(suggestions|completions)/;

/** `onCall({conversationId, kind, at, ms})` for each call of the widget, as the browser timed it. Returns how to stop. */
export function observeCalls(onCall) {
  const observer = new PerformanceObserver((list) => {
    for (const { name, startTime, duration, initiatorType } of list.getEntries()) {
      const [, conversationId, kind] = CALL.exec(name) ?? [];
      if (conversationId && initiatorType === "fetch") onCall({ conversationId, kind, at: performance.timeOrigin + startTime, ms: duration });
    }
  });
  observer.observe({ type: "resource", buffered: true });
  return () => observer.disconnect();
}

export function observePaints(onPaint) {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(({ name, duration }) => name === "earpiece-key-to-paint" && onPaint(duration)));
  observer.observe({ type: "measure", buffered: true });
  return () => observer.disconnect();
}

/** Of this session: what the tiles show. No DOM. */
export function createFigures() {
  const [calls, paints] = [[], []];
  const sums = { messages: 0, characters: 0, savedKeys: 0, accepted: 0 };
  const models = new Map();
  return {
    call: ({ ms }) => void calls.push(ms),
    paint: (ms) => void paints.push(ms),
    /** An event of the widget: ids, counts and times, never text. */
    event(name, detail, account) {
      if (name === "shown") models.set(account, detail.model_version ?? null);
      if (name === "accepted") sums.accepted++;
      if (name !== "sent") return;
      sums.messages++;
      sums.characters += detail.sent_character_count ?? 0;
      sums.savedKeys += detail.saved_keystroke_count ?? 0;
    },
    /** The version that answered last for this account; null: its own replies, undefined: nothing yet. */
    model: (account) => models.get(account),
    now: () => ({
      ...sums,
      calls: calls.length,
      callP50: quantile(calls, 0.5),
      callP95: quantile(calls, 0.95),
      paintP95: quantile(paints, 0.95),
      callsPerMessage: sums.messages ? calls.length / sums.messages : null,
      savedShare: sums.characters ? sums.savedKeys / sums.characters : null,
    }),
  };
}

/** The value below which this share lies (nearest rank); null of nothing. */
export function quantile(values, share) {
  if (!values.length) return null;
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.min(ordered.length - 1, Math.ceil(share * ordered.length) - 1)];
}
