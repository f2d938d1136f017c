import { describe, expect, it } from "vitest";
import { openLine } from "../../extension/channel";

class Port {
  readonly posted: unknown[] = [];
  private readonly heard: ((message: unknown) => void)[] = [];
  private readonly ended: (() => void)[] = [];
  readonly onMessage = { addListener: (listener: (message: unknown) => void) => void this.heard.push(listener) };
  readonly onDisconnect = { addListener: (listener: () => void) => void this.ended.push(listener) };
  postMessage = (message: unknown): void => void this.posted.push(message);
  disconnect = (): void => undefined;
  say = (message: unknown): void => this.heard.forEach((listener) => listener(message));
  end = (): void => this.ended.forEach((listener) => listener());
}
const WELCOME = { kind: "welcome", account: "acme", site: {} };

function aLine() {
  const ports: Port[] = [];
  const world = { isOrphan: false };
  const connect = () => {
    if (world.isOrphan) throw new Error("Extension context invalidated.");
    ports.push(new Port());
    return ports.at(-1) as unknown as chrome.runtime.Port;
  };
  const line = openLine(connect, () => world.isOrphan);
  const lost: string[] = [];
  line.onLost((why) => lost.push(why));
  return { line, ports, world, lost };
}

describe("the line to the worker", () => {
  it("is taken up again when Chrome has ended the worker", () => {
    const { line, ports, lost } = aLine();
    ports[0]!.say(WELCOME);

    ports[0]!.end();
    line.post("after");

    expect(ports[1]!.posted).toEqual(["after"]);
    expect(lost).toEqual([]);
  });

  it("passes on what comes over any of its ports", () => {
    const { line, ports } = aLine();
    const heard: unknown[] = [];
    line.onMessage((message) => heard.push(message));
    ports[0]!.say(WELCOME);
    ports[0]!.end();
    line.post("again");

    ports[1]!.say({ id: 1 });

    expect(heard).toEqual([{ id: 1 }]);
  });

  it("tells an orphan, whose posts fail from then on", () => {
    const { line, ports, world, lost } = aLine();
    ports[0]!.say(WELCOME);

    world.isOrphan = true;
    ports[0]!.end();

    expect(lost).toEqual(["orphaned"]);
    expect(() => line.post("x")).toThrow();
  });

  it("welcomes nobody whom the worker shuts out", async () => {
    const { line, ports } = aLine();

    ports[0]!.end();

    expect(await line.welcome).toBeNull();
  });

  it("tells when the agent no longer allows the site", () => {
    const { ports, lost } = aLine();
    ports[0]!.say(WELCOME);

    ports[0]!.say({ kind: "leave" });

    expect(lost).toEqual(["refused"]);
  });
});
