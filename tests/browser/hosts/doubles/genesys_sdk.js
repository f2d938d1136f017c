/* The client app SDK as its source has it (client-app-sdk 2.7): same messages, same checks, nothing more than is used. */
(function () {
  const PROTOCOL = { protocol: "purecloud-client-apps", protocolAgentName: "purecloud-client-app-sdk", protocolAgentVersion: "2.6.3" };
  const REGIONS = { prod: "mypurecloud.com", "prod-euc1": "mypurecloud.de" };

  class Base {
    constructor(origin) {
      this.origin = origin;
      this.listeners = [];
      this.hear = ({ source, origin, data }) => {
        if (source !== window.parent || origin !== this.origin || !data || data.purecloudEventType !== "appLifecycleHook") return;
        for (const one of this.listeners.filter(({ hook }) => hook === data.hook)) {
          if (one.once) this.removeListener(one.hook, one.listener, true);
          one.listener(data);
        }
      };
    }
    send(action, payload) {
      window.parent.postMessage({ ...payload, action, ...PROTOCOL }, this.origin);
    }
    addListener(hook, listener, once) {
      this.listeners.push({ hook, listener, once });
      if (this.listeners.length === 1) window.addEventListener("message", this.hear);
    }
    removeListener(hook, listener, once) {
      const before = this.listeners.length;
      this.listeners = this.listeners.filter((one) => one.hook !== hook || one.listener !== listener || one.once !== once);
      if (before && !this.listeners.length) window.removeEventListener("message", this.hear);
    }
  }
  class Lifecycle extends Base {
    addBootstrapListener(listener, once = true) { this.addListener("bootstrap", listener, once); }
    removeBootstrapListener(listener, once = true) { this.removeListener("bootstrap", listener, once); }
    addFocusListener(listener, once = false) { this.addListener("focus", listener, once); }
    removeFocusListener(listener, once = false) { this.removeListener("focus", listener, once); }
    addBlurListener(listener, once = false) { this.addListener("blur", listener, once); }
    removeBlurListener(listener, once = false) { this.removeListener("blur", listener, once); }
    addStopListener(listener, once = true) { this.addListener("stop", listener, once); }
    removeStopListener(listener, once = true) { this.removeListener("stop", listener, once); }
    bootstrapped() { this.send("bootstrapped"); }
  }
  class Conversations extends Base {
    proposeInteractionMessage(mode, message) { this.send("proposeInteractionMessage", { mode, message }); }
  }
  class ClientApp {
    constructor({ gcHostOrigin, gcTargetEnv }) {
      const region = REGIONS[gcTargetEnv];
      const { hostname, origin } = new URL(gcHostOrigin);
      if (!region || (hostname !== region && !hostname.endsWith("." + region))) throw new Error("Could not parse into a known GenesysCloud environment");
      this.lifecycle = new Lifecycle(origin);
      this.conversations = new Conversations(origin);
    }
  }
  window.purecloud = { apps: { ClientApp } };
})();
