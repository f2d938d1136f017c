/**
 * Keystrokes saved, computed here and nowhere else: the characters (code points) of the message as it was sent, less the
 * keys that it took: those typed, those that accepted something, and every one of a correction. Below zero when help
 * cost more than it gave.
 */
export function savedKeystrokes(sentCharacters: number, keys: number): number {
  return sentCharacters - keys;
}

export function charactersOf(text: string): number {
  return [...text].length;
}
