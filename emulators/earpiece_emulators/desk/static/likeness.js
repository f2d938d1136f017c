/** Whether an offer says what the agent means. No DOM. */

const SLOT = /\{[A-Z][A-Z0-9_]*\}/g;
const NEAR = 0.72;
const WORTH = 3; // characters: fewer are typed as fast

/** What fills each placeholder of an offer so that it says exactly this; null when it cannot. */
export function fillsOf(offer, meant) {
  const pattern = offer.split(SLOT).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)");
  const found = new RegExp(`^${pattern}$`, "iu").exec(meant.trim());
  return found ? found.slice(1) : null;
}

/** Whether two texts say nearly the same: the share of words that they have in common (Dice). */
export function isNear(one, other) {
  const [left, right] = [words(one), words(other)];
  const common = [...left].filter((word) => right.has(word)).length;
  return (2 * common) / (left.size + right.size || 1) >= NEAR;
}

const words = (text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** How much of the grey text is worth a key: all of it, its first word, or nothing. */
export function fit(ghost, rest) {
  const whole = ghost.trimEnd();
  if (whole.length >= WORTH && rest.startsWith(whole)) return "all";
  const word = /^\s*\S+\s/.exec(ghost)?.[0] ?? "";
  return word.length > WORTH && rest.startsWith(word) ? "word" : "nothing";
}
