/// <reference types="node" />
/** A tiny HTTP server that answers as a test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export interface Server {
  readonly address: string;
  readonly asked: Asked[];
  answer: (asked: Asked, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function aServer(): Promise<Server> {
  const server: Server = { address: "", asked: [], answer: (_, response) => json(response, {}), close: () => Promise.resolve() };
  const http = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part));
    request.on("end", () => {
      const asked = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body: text ? JSON.parse(text) : null };
      server.asked.push(asked);
      server.answer(asked, response);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return Object.assign(server, {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => (http.closeAllConnections(), http.close(() => resolve()))),
  });
}

export function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function problem(response: ServerResponse, status: number, slug: string, headers: Record<string, string> = {}): void {
  json(response, { type: `urn:earpiece:problem:${slug}`, status, title: slug }, status, { "Content-Type": "application/problem+json", ...headers });
}
