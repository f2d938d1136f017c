import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApi, type ApiOptions } from "../../src/api/api";
import type { Api, FeedbackEvent, GetToken } from "../../src/contract";
import { aServer, json, problem, type Server } from "./server";

const ID = "a".repeat(32);
const WANTED = { draft: "", cursor: 0, language: null, pack_based_on: null, wants_pack: false };
const BEGAN = Date.parse("2026-11-23T10:00:00Z");

let server: Server;
let api: Api;
let clock = BEGAN;
let whys: string[] = [];

beforeEach(async () => {
  server = await aServer();
  clock = BEGAN;
  whys = [];
  api = anApi();
});
afterEach(async () => {
  api.dispose();
  await server.close();
  vi.unstubAllGlobals();
});

function anApi(more: Partial<ApiOptions> = {}): Api {
  return createApi({
    conversationApi: `${server.address}/c`, suggestionApi: `${server.address}/s`, account: "acme", now: () => clock,
    getToken: async (why) => ({ token: `token-${whys.push(why)}`, expiresAt: clock + 600_000 }), ...more,
  }); // prettier-ignore
}
const bearers = (): readonly (string | undefined)[] => server.asked.map(({ headers }) => headers.authorization?.replace("Bearer ", ""));

describe("a call", () => {
  it("names the account in the address, for the preflight, and carries the token in its header alone", async () => {
    await api.suggest(ID, WANTED);
    await api.runAssistant(ID, "rewrite", { text: "hi" });
    await api.keepFinalText(ID, "summarizer", "All is well");
    await api.capabilities();

    expect(server.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["POST", `/s/v1/conversations/${ID}/suggestions?account=acme`, WANTED],
      ["POST", `/c/v1/conversations/${ID}/assistants/rewrite?account=acme`, { text: "hi" }],
      ["PUT", `/c/v1/conversations/${ID}/assistants/summarizer?account=acme`, { text: "All is well" }],
      ["GET", "/c/v1/capabilities?account=acme", null],
    ]);
    expect(server.asked.every(({ path }) => !path.includes("token"))).toBe(true);
    expect(bearers()).toEqual(["token-1", "token-1", "token-1", "token-1"]);
  });

  it("sends no cookies", async () => {
    const send = vi.fn(async () => new Response("{}"));

    await anApi({ fetch: send }).capabilities();

    expect(send).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ credentials: "omit" }));
  });

  it("finds replies, with a language or without", async () => {
    server.answer = (_, response) => json(response, { replies: [{ id: "r" }] });

    expect(await api.search("refund", null)).toEqual([{ id: "r" }]);
    await api.search("refund", "nl");

    expect(server.asked.map(({ path, body }) => [path, body])).toEqual([
      ["/s/v1/replies/search?account=acme", { query: "refund" }],
      ["/s/v1/replies/search?account=acme", { query: "refund", language: "nl" }],
    ]);
  });

  it("of a conversation is 'same' while its ETag holds, and takes a platform's id as it is", async () => {
    server.answer = ({ headers }, response) =>
      headers["if-none-match"] === '"one"' ? void response.writeHead(304).end() : json(response, { based_on: 1 }, 200, { ETag: '"one"' });

    const found = await api.conversation({ platform: "custom", platformId: "a/b c?" }, null);

    expect(found).toEqual({ conversation: { based_on: 1 }, etag: '"one"' });
    expect(await api.conversation({ id: ID }, '"one"')).toBe("same");
    expect(server.asked.map(({ path }) => path)).toEqual([
      "/c/v1/conversations/by-platform-id/custom/a%2Fb%20c%3F?account=acme",
      `/c/v1/conversations/${ID}?account=acme`,
    ]);
  });
});

describe("a token", () => {
  it("is asked for once, however many calls wait for it", async () => {
    await Promise.all([api.capabilities(), api.capabilities(), api.suggest(ID, WANTED)]);

    expect(whys).toEqual(["first"]);
  });

  it("is renewed before it expires, while the old one still serves", async () => {
    await api.capabilities();
    clock += 545_000;
    await api.capabilities();
    await api.capabilities();

    expect(whys).toEqual(["first", "renew"]);
    expect(bearers()).toEqual(["token-1", "token-1", "token-2"]);
  });

  it("that expired is renewed before the call", async () => {
    await api.capabilities();
    clock += 700_000;
    await api.capabilities();

    expect(bearers()).toEqual(["token-1", "token-2"]);
  });

  it("is not renewed for each call by a clock that is ahead", async () => {
    api = anApi({ getToken: async (why) => ({ token: `token-${whys.push(why)}`, expiresAt: clock - 3_600_000 }) });

    for (let number = 0; number < 5; number++) await api.capabilities();

    expect(whys).toEqual(["first"]);
  });

  it("without an end is good for ten minutes", async () => {
    api = anApi({ getToken: async (why) => `token-${whys.push(why)}` });
    await api.capabilities();
    clock += 601_000;
    await api.capabilities();

    expect(bearers()).toEqual(["token-1", "token-2"]);
  });

  it("that is refused is replaced once, for all calls that had it", async () => {
    server.answer = ({ headers }, response) =>
      headers.authorization === "Bearer token-1" ? problem(response, 401, "invalid-token") : json(response, { ok: true });

    const found = await Promise.all([api.capabilities(), api.capabilities(), api.suggest(ID, WANTED)]);

    expect(found).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(whys).toEqual(["first", "refused"]);
  });

  it("refused twice means that the sign-in expired; the next call begins anew", async () => {
    server.answer = (_, response) => problem(response, 401, "invalid-token");

    await expect(api.capabilities()).rejects.toMatchObject({ kind: "expired" });
    expect(server.asked.length).toBe(2);
    server.answer = (_, response) => json(response, {});
    await api.capabilities();

    expect(whys).toEqual(["first", "refused", "first"]);
  });

  it("that nobody gives means that nobody is signed in", async () => {
    await expect(anApi({ getToken: async () => null }).capabilities()).rejects.toMatchObject({ kind: "expired" });
    expect(server.asked).toEqual([]);
  });

  it("that cannot be fetched is the network's fault, not the agent's", async () => {
    const getToken: GetToken = () => Promise.reject(new TypeError("Failed to fetch"));

    await expect(anApi({ getToken }).capabilities()).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("a failure", () => {
  it.each([
    [429, "rate-limited", "limited", 7_000],
    [503, "unavailable", "unavailable", 7_000],
    [500, "internal", "unavailable", 7_000],
    [404, "not-found", "unknown", 7_000],
    [403, "account-suspended", "refused", 7_000],
    [410, "account-deleted", "refused", 7_000],
    [400, "invalid-input", "refused", 7_000],
  ])("of status %i and type %s is %s", async (status, slug, kind, retryAfterMs) => {
    server.answer = (_, response) => problem(response, status, slug, { "Retry-After": "7" });

    await expect(api.capabilities()).rejects.toMatchObject({ kind, message: slug, retryAfterMs });
  });

  it("of a proxy says nothing of the conversation", async () => {
    server.answer = (_, response) => void response.writeHead(404, { "Content-Type": "text/html" }).end("<html>");

    await expect(api.conversation({ id: ID }, null)).rejects.toMatchObject({ kind: "unavailable", message: "404", retryAfterMs: null });
  });

  it("of the network is 'offline' when the browser knows that, else 'unavailable'", async () => {
    server.answer = (_, response) => void response.destroy();
    await expect(api.capabilities()).rejects.toMatchObject({ kind: "unavailable" });

    vi.stubGlobal("navigator", { onLine: false });

    await expect(api.capabilities()).rejects.toMatchObject({ kind: "offline" });
  });

  it("is an answer that is no JSON", async () => {
    server.answer = (_, response) => void response.end("<html>");

    await expect(api.capabilities()).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("is 'aborted' for a call that was given up, also while it waits for a token", async () => {
    server.answer = () => undefined;
    const [sent, waiting] = [new AbortController(), new AbortController()];
    const call = api.capabilities(sent.signal);
    const never = anApi({ getToken: () => new Promise(() => undefined) }).capabilities(waiting.signal);
    await vi.waitFor(() => expect(server.asked.length).toBe(1), 30_000);

    sent.abort();
    waiting.abort();

    await expect(call).rejects.toMatchObject({ kind: "aborted" });
    await expect(never).rejects.toMatchObject({ kind: "aborted" });
  });

  it("is a timeout, and no abort, where nothing answers in time, also when the body never ends", async () => {
    api = anApi({ patienceMs: 500 });
    server.answer = () => undefined;
    await expect(api.capabilities()).rejects.toMatchObject({ kind: "unavailable", message: "timeout" });
    server.answer = (_, response) => void response.writeHead(200).write("{");
    await expect(api.capabilities()).rejects.toMatchObject({ kind: "unavailable", message: "timeout" });
    server.answer = (_, response) => void setTimeout(() => json(response, { code: "rewrite" }), 750);

    expect(await api.runAssistant(ID, "rewrite", {})).toEqual({ code: "rewrite" });
  });

  it("comes to every call once the Api is disposed", async () => {
    server.answer = () => undefined;
    const call = api.capabilities();

    api.dispose();

    await expect(call).rejects.toMatchObject({ kind: "aborted" });
  });
});

describe("feedback", () => {
  const event: FeedbackEvent = { event_id: "e", conversation_id: ID, kind: "sent", occurred_at: "2026-11-23T10:00:00Z" };

  it("goes in one body", async () => {
    server.answer = (_, response) => json(response, { accepted: 1 }, 202);

    await api.feedback([event]);

    expect(server.asked[0]).toMatchObject({ path: "/c/v1/feedback?account=acme", body: { events: [event] } });
  });

  it("at unload is kept alive with the token at hand, below what the browser takes", async () => {
    const sent: RequestInit[] = [];
    api = anApi({ fetch: async (_, init) => (sent.push(init!), new Response("{}")) });
    const many = Array.from({ length: 150 }, (_, number) => ({ ...event, event_id: `${number}`.padEnd(600, "x") }));
    expect(api.feedbackAtUnload(many)).toBe(false); // no token was needed yet
    await api.capabilities();

    expect(api.feedbackAtUnload(many)).toBe(true);

    expect(sent[1]).toMatchObject({ keepalive: true, method: "POST", headers: { Authorization: "Bearer token-1" } });
    expect((sent[1]!.body as string).length).toBeLessThan(64 * 1024);
    expect(JSON.parse(sent[1]!.body as string).events.length).toBe(50);
  });

  it("at unload is not tried without a connection", async () => {
    await api.capabilities();
    vi.stubGlobal("navigator", { onLine: false });

    expect(api.feedbackAtUnload([event])).toBe(false);
  });
});
