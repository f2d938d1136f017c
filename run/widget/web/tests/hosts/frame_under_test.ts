/** What the frame page does with a host, and no more: the doubles of the platforms are around it. */
import { createApi } from "../../src/api/api";
import { assemble } from "../../src/assemble";
import { copyText, hostFor } from "../../src/hosts/index";
import { settingsIn } from "../../src/hosts/frame_settings";

async function run(): Promise<void> {
  const [, , account = "", platform = ""] = location.pathname.split("/");
  const host = await hostFor(platform, new URLSearchParams(location.search));
  const { conversationApi } = settingsIn(document);
  const api = createApi({ account, conversationApi, suggestionApi: conversationApi, getToken: host.getToken });
  const root = document.body.appendChild(document.createElement("main")).attachShadow({ mode: "open" });
  const sent: string[] = [];
  const start = host.start.bind(host);
  const heard = { ...host, start: (listener: Parameters<typeof start>[0]) => start({ ...listener, sent: (text) => void sent.push(text) }) };
  const assembly = assemble({ account, api, root, host: heard, copy: (text) => copyText(window, text) });
  Object.assign(window, { assembly, sent, host });
  await assembly.start();
}

run().catch((error: unknown) => (document.body.dataset["refused"] = String(error)));
