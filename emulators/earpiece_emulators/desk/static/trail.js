/** What happened behind one conversation, step by step: the desk's deliveries, and what its widget told. No DOM. */

const WHAT = {
  started: "Conversation started", message_added: "Message", message_edited: "Message edited", message_removed: "Message removed",
  participant_joined: "Joined", participant_left: "Left", transferred: "Handed over", ended: "Conversation ended", reopened: "Reopened",
}; // prettier-ignore
const SOURCE = { completion: "grey text taken", model: "suggestion taken", canned: "own reply taken", starter: "suggestion taken", search: "found reply taken", link: "link opened" };

/** One line for the trail: `tone` chooses its mark. */
export function ofStep({ what, who, at, ack_ms, readable_ms, is_refused }) {
  const facts = [ack_ms === null ? "sending…" : `acknowledged ${ms(ack_ms)}`, readable_ms === null ? null : `readable ${ms(readable_ms)}`];
  return { at, tone: "out", title: `${WHAT[what] ?? what}${who ? ` · ${who}` : ""}`, facts: is_refused ? ["not taken"] : facts.filter(Boolean) };
}

export const ofCall = ({ at, ms: took }) => ({ at, tone: "ask", title: "Widget asks for suggestions", facts: [`answered ${ms(took)}`] });

/** Newest first; what the widget asked and showed between two other things is one line each. */
export function condensed(lines) {
  const kept = [];
  let [ask, offer] = [null, null];
  for (const line of [...lines].sort((one, other) => other.at - one.at)) {
    if (line.tone === "ask" && ask) ask.more.push(line);
    else if (line.tone === "ask") kept.push((ask = { ...line, more: [] }));
    else if (line.tone === "offer" && offer) continue;
    else if (line.tone === "offer") kept.push((offer = line));
    else ([ask, offer] = [null, null]), kept.push(line);
  }
  return kept.map((line) => (line.more?.length ? { ...line, title: `${line.title}, ${line.more.length + 1} times` } : line));
}

/** An event of the widget, or null for what would only repeat. */
export function ofEvent(name, detail, at) {
  const model = detail?.model_version ? `model ${detail.model_version}` : "the account's own replies";
  if (name === "shown") return { at, tone: "offer", title: "Suggestions seen", facts: [model] };
  if (name === "accepted") return { at, tone: "good", title: `Feedback: ${SOURCE[detail.source] ?? "taken"}`, facts: [] };
  if (name === "sent") return { at, tone: "good", title: "Feedback: message sent", facts: [`${detail.key_count} keys for ${detail.sent_character_count} characters`, `${detail.saved_keystroke_count} saved`] };
  if (name === "feedback") return { at, tone: "good", title: `Feedback: ${detail.kind}`, facts: detail.rating ? [detail.rating] : [] };
  return null;
}

/** A run of an assistant, as its row in the warehouse tells it. */
export function ofRun(run) {
  const cost = run.cost_usd === null ? "no price set" : `cost $${Number(run.cost_usd).toFixed(4)}`;
  return { title: `Assistant ${run.assistant_code}: ${run.state}`, facts: [run.upstream_model, ms(run.latency_ms), `${run.input_tokens} + ${run.output_tokens} tokens`, cost].filter(Boolean) };
}

export const ms = (value) => (value >= 10_000 ? `${(value / 1000).toFixed(0)} s` : value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`);
