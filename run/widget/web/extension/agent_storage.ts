/** Settings and pause of the agent, in the extension's own storage: the page's would be the page's to read. */
import type { Store } from "../src/session/environment";

/** Reads from memory, writes through; `kept` is what was there at the start. */
export function storeOver(kept: Readonly<Record<string, unknown>>, write: (name: string, value: unknown) => void): Store {
  const memory = new Map(Object.entries(kept));
  return {
    read: (name) => memory.get(name) ?? null,
    write(name, value) {
      memory.set(name, value);
      write(name, value);
    },
  };
}
