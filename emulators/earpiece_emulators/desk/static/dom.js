/** Elements without a framework. Text only ever comes in as text. */

/** An element with these properties (`class`, `data`, `aria-…` and handlers as `onclick`) and children; null is left out. */
export function el(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") made.className = value;
    else if (key === "data") Object.assign(made.dataset, value);
    else if (key.startsWith("on")) made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Put these in place of what is there, unless it already looks the same: a selection or a focus in it then stays. */
export function show(place, ...children) {
  const next = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  const looksSame = next.length === place.childNodes.length && next.every((child, index) => place.childNodes[index].isEqualNode(asNode(child)));
  if (!looksSame) place.replaceChildren(...next);
}
const asNode = (child) => (typeof child === "string" ? document.createTextNode(child) : child);

export const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
export const clockWithSeconds = (ms) => new Date(ms).toLocaleTimeString("en-GB");

/** "0:07", "12:40". */
export function elapsed(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
