/** The desk's own backend. */

export async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

export async function post(path, body = {}) {
  const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? `${path} answered ${answer.status}`);
  return answer.json();
}

export const act = (id, what, body) => post(`/api/conversations/${encodeURIComponent(id)}/${what}`, body);

const HIDDEN_FOR_MS = 60_000; // nobody looks any more: customers wait with their next message

/** Tells of every change, and asks again by itself. Returns how to stop. */
export function listen(onChange, onState) {
  let source = null;
  let closing = 0;
  function open() {
    clearTimeout(closing);
    if (source) return;
    source = new EventSource("/api/changes");
    source.onmessage = ({ data }) => onChange(JSON.parse(data));
    source.onopen = () => onState(true);
    source.onerror = () => onState(false);
  }
  function close() {
    source?.close();
    source = null;
  }
  function look() {
    if (document.hidden) closing = setTimeout(close, HIDDEN_FOR_MS);
    else open();
  }
  document.addEventListener("visibilitychange", look);
  open();
  return () => (document.removeEventListener("visibilitychange", look), clearTimeout(closing), close());
}
