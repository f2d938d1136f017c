/** For the browser suite: a panel whose extension was updated under it, so that no call of it reaches anyone. */
import { failure } from "../../src/api/failure";
import { assemble } from "../../src/assemble";
import type { Api } from "../../src/contract";

const api = new Proxy({} as Api, { get: (_, name) => (name === "dispose" ? () => undefined : () => Promise.reject(failure("orphaned"))) });
const root = document.querySelector("#orphan")!.attachShadow({ mode: "open" });
assemble({ account: "acme", root, api, host: { insert: true, ghost: true, copy: true } }).session.setConversation({ id: "c-1" });
