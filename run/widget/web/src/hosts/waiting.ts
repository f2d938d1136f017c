/** Requests to the page around us that are answered by a message with their id, or not at all. */

export interface Waiting<T> {
  /** Sends, and resolves with what `settle` is told for this id; with `otherwise` when nobody answers in time. */
  ask(send: (id: number) => void, patienceMs: number): Promise<T>;
  settle(id: unknown, answer: T): void;
  /** Nobody answers any more. */
  end(): void;
}

export function waiting<T>(otherwise: T): Waiting<T> {
  const open = new Map<number, (answer: T) => void>();
  let last = 0;
  return {
    ask(send, patienceMs) {
      const id = ++last;
      return new Promise((resolve) => {
        const timer = setTimeout(() => open.get(id)?.(otherwise), patienceMs);
        open.set(id, (answer) => {
          clearTimeout(timer);
          open.delete(id);
          resolve(answer);
        });
        send(id);
      });
    },
    settle: (id, answer) => open.get(Number(id))?.(answer),
    end: () => [...open.values()].forEach((settle) => settle(otherwise)),
  };
}
