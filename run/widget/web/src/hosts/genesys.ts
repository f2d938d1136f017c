/**
 * Genesys Cloud: an interaction widget, one frame for each interaction (up to ten alive), by the client app SDK 2.6+.
 * The platform answers nothing to a proposed text, so what counts as confirmed is that its conditions were met.
 */
import type { Host } from "../contract";
import { readGenesysQuery } from "./genesys_query";
import { NotThisHost, signInOf } from "./host_page";
import type { HostPage } from "./host_page";
import { parentOrigin } from "./origins";
import platforms from "./platforms.json";
import { loadScript } from "./script";

type Hook = "Bootstrap" | "Focus" | "Blur" | "Stop";
type Lifecycle = Record<`add${Hook}Listener` | `remove${Hook}Listener`, (listener: () => void, once?: boolean) => void> & { bootstrapped(): void };
interface ClientApp {
  readonly lifecycle: Lifecycle;
  readonly conversations: { proposeInteractionMessage(mode: "insert", text: string): void };
}
type Sdk = Window & { purecloud?: { apps: { ClientApp: new (config: { gcHostOrigin: string; gcTargetEnv: string }) => ClientApp } } };

export function genesys(given: HostPage): Host {
  const { page, settings, canCopy } = given;
  const query = readGenesysQuery(given.query, settings.frameAncestors);
  if (typeof query === "string") throw new NotThisHost(query);
  const { conversationId, hostOrigin, targetEnv, usesPopup } = query;
  if (parentOrigin(page, [hostOrigin], hostOrigin) === null) throw new NotThisHost("the page around us is not the one that gcHostOrigin names");
  let app: ClientApp | null = null;
  let isInView = false;

  return {
    name: "genesys",
    capabilities: { insert: true, ghost: false, copy: canCopy },
    getToken: signInOf(given, "genesys", usesPopup),
    async start(listener) {
      const ref = { platform: "genesys", platformId: conversationId };
      await loadScript(page, settings.sdk ?? platforms.genesys.sdk);
      const Sdk = (page as Sdk).purecloud?.apps.ClientApp;
      if (!Sdk) throw new NotThisHost("the Genesys client app SDK brought no purecloud.apps.ClientApp");
      const { lifecycle } = (app = new Sdk({ gcHostOrigin: hostOrigin, gcTargetEnv: targetEnv }));
      const show = (): void => {
        isInView = true;
        listener.conversation(ref);
      };
      const hide = (): void => void (isInView = false);
      const stop = (): void => {
        disconnect();
        listener.conversation(null);
      };
      const bootstrap = (): void => lifecycle.bootstrapped();
      const disconnect = (): void => {
        hide();
        app = null;
        lifecycle.removeBootstrapListener(bootstrap);
        lifecycle.removeFocusListener(show);
        lifecycle.removeBlurListener(hide);
        lifecycle.removeStopListener(stop);
      };
      lifecycle.addBootstrapListener(bootstrap);
      lifecycle.addFocusListener(show); // not told at first show
      lifecycle.addBlurListener(hide);
      lifecycle.addStopListener(stop);
      show();
      return disconnect;
    },
    insert(text) {
      // Genesys drops a text for an interaction that is not in view, without a word.
      if (app && isInView) app.conversations.proposeInteractionMessage("insert", text);
      return Promise.resolve(app !== null && isInView);
    },
  };
}
