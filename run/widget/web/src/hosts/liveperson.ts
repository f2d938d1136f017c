/**
 * LivePerson's agent workspace: one frame serves one conversation after the other, so what is bound belongs to the one
 * in focus, and a callback that comes late belongs to none. Agent Workspace Widget SDK.
 */
import type { ConversationRef, Host } from "../contract";
import { NotThisHost, signInOf } from "./host_page";
import type { HostPage } from "./host_page";
import { isRecord, parentOrigin, textOf } from "./origins";
import platforms from "./platforms.json";
import { loadScript } from "./script";
import { waiting } from "./waiting";

type Done = (error?: unknown) => void;
type Bound = (data: { readonly key: string; readonly newValue: unknown }) => void;
interface AgentSdk {
  readonly cmdNames?: { readonly write?: string };
  init(callbacks: Record<"notificationCallback" | "visitorFocusedCallback" | "visitorBlurredCallback", () => void>): void;
  bind(path: string, bound: Bound, done: Done): void;
  unbind(path: string, bound: Bound, done?: Done): void;
  command(name: string, data: { text: string }, done: Done): void;
  dispose(): void;
}
type Workspace = Window & { lpTag?: { agentSDK?: AgentSdk } };

const INFO = "chatInfo";
const ANSWERS_WITHIN_MS = 10_000;
const WRITES_WITHIN_MS = 1_500;

export function liveperson(given: HostPage): Host {
  const { page, settings, canCopy } = given;
  if (parentOrigin(page, settings.frameAncestors) === null) throw new NotThisHost("the page around us is not among the account's frame ancestors");
  const writing = waiting(false);
  let sdk: AgentSdk | null = null;
  let mayWrite = false;

  return {
    name: "liveperson",
    capabilities: { insert: true, ghost: false, copy: canCopy },
    getToken: signInOf(given, "liveperson", false),
    async start(listener) {
      await loadScript(page, settings.sdk ?? platforms.liveperson.sdk);
      const agent = (sdk = (page as Workspace).lpTag?.agentSDK ?? null);
      if (!agent) throw new NotThisHost("LivePerson's script brought no lpTag.agentSDK");
      let bound: Bound | null = null;
      const unbind = (): void => {
        if (bound) agent.unbind(INFO, bound);
        bound = null;
        mayWrite = false;
      };
      const bind = (answered: Done): void => {
        unbind();
        const own: Bound = ({ newValue }) => {
          if (bound !== own) return; // of a conversation that was left
          const { ref, isOurs } = readInfo(newValue);
          mayWrite = isOurs;
          listener.conversation(ref);
        };
        agent.bind(INFO, (bound = own), answered);
      };
      const disconnect = (): void => {
        unbind();
        writing.end();
        sdk = null;
        agent.dispose();
      };
      agent.init({
        notificationCallback: () => undefined,
        visitorFocusedCallback: () => bind(() => undefined),
        visitorBlurredCallback() {
          unbind();
          listener.conversation(null);
        },
      });
      const binding = waiting<unknown>("it did not answer");
      const error = await binding.ask((id) => bind((failed) => binding.settle(id, failed)), ANSWERS_WITHIN_MS);
      if (error) {
        disconnect();
        throw new NotThisHost(`LivePerson's workspace did not tell of its conversation: ${String(error)}`);
      }
      return disconnect;
    },
    insert(text) {
      const agent = sdk;
      if (!agent || !mayWrite) return Promise.resolve(false);
      return writing.ask((id) => agent.command(agent.cmdNames?.write ?? "Write ChatLine", { text }, (error) => writing.settle(id, !error)), WRITES_WITHIN_MS);
    },
  };
}

/** The conversation that `chatInfo` speaks of, and whether this agent is the one who answers in it. */
export function readInfo(info: unknown): { readonly ref: ConversationRef | null; readonly isOurs: boolean } {
  const { rtSessionId, isMessaging, spectatedEngagement } = isRecord(info) ? info : {};
  const platformId = textOf(rtSessionId);
  // In legacy chats the id names a session of the browser, which no delivery of ours knows.
  if (!platformId || isMessaging === false || isMessaging === "false") return { ref: null, isOurs: false };
  return { ref: { platform: "liveperson", platformId }, isOurs: spectatedEngagement !== true && spectatedEngagement !== "true" };
}
