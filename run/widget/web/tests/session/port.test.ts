/// <reference types="node" />
import { expect, it, vi } from "vitest";
import type { Signal, TypingEvent, TypingPort } from "../../src/contract";
import { portFrom, serve } from "../../src/session/port";

it("a field hears the session across a channel and tells it what happens, until it is served no more", async () => {
  const channel = new MessageChannel();
  const told: TypingEvent[] = [];
  const listeners = new Set<(signal: Signal) => void>();
  const session: TypingPort = {
    tell: (event) => void told.push(event),
    onSignal(listener) {
      listeners.add(listener);
      listener({ kind: "turn", conversationId: "c" });
      return () => void listeners.delete(listener);
    },
  };
  const stop = serve(session, channel.port1);
  const field = portFrom(channel.port2);
  const heard: Signal[] = [];
  const disconnect = field.onSignal((signal) => void heard.push(signal));

  field.tell({ kind: "bothered" });
  for (const listener of listeners) listener({ kind: "pack", conversationId: "c", pack: { version: 2 }, about: { setId: "s", modelVersion: null, settingsVersion: null } });
  await vi.waitFor(() => expect([heard.length, told.length]).toEqual([2, 1]), 30_000);

  expect(heard.map(({ kind }) => kind)).toEqual(["turn", "pack"]);
  expect(told).toEqual([{ kind: "bothered" }]);
  disconnect();
  stop();
  expect(listeners.size).toBe(0);
  channel.port1.close();
});
