/* RingCX Digital with an app in its sandbox: SMCC and nothing else is there, and posts reach only whom the app accepted. */
window.desk = {
  drafts: {},
  current: null,
  asked: 0,
  refused: new Set(), // an archived thread has no form to fill
  open(conversations, shim) {
    this.current = conversations[0];
    const accepted = new Set();
    const callbacks = [];
    const frames = {};
    const noop = () => SMCC;
    const SMCC = {
      ContentThread: { current: () => (desk.current ? { id: () => desk.current } : null) },
      ContentForm: {
        insert: (text) => void (desk.refused.has(desk.current) || (desk.drafts[desk.current] = (desk.drafts[desk.current] ?? "") + text)),
        read: () => desk.drafts[desk.current] ?? "",
      },
      Content: { onExtraActionsShow: noop },
      Task: { onComplete: (callback) => void (desk.complete = callback) },
      onLoad: (callback) => callback(),
      Window: {
        acceptPostMessageOrigin: (origin) => accepted.add(origin),
        onPostMessage: (name, callback) => callbacks.push([name, callback]),
        sendPostMessage: (id, name, data) => frames[id].contentWindow.postMessage({ name: "smcc:" + name, data }, "*"),
        open({ iframeURL, iframeId }) {
          const frame = (frames[iframeId] = document.body.appendChild(document.createElement("iframe")));
          frame.name = iframeId;
          frame.allow = "clipboard-write; clipboard-read";
          frame.src = iframeURL;
        },
      },
    };
    addEventListener("message", ({ origin, data }) => {
      if (!accepted.has(origin) || !data || typeof data.name !== "string") return;
      desk.beforePost?.(data);
      if (data.name === "smcc:earpiece-context") desk.asked += 1;
      for (const [name, callback] of callbacks) if (data.name === "smcc:" + name) callback(data.data, origin);
    });
    const hidden = ["window", "document", "self", "globalThis", "fetch", "XMLHttpRequest", "setTimeout", "setInterval", "addEventListener", "parent", "top", "frames"];
    new Function("SMCC", "JSON", "console", ...hidden, '"use strict";' + shim)(SMCC, JSON, console);
  },
  refuse(id) {
    this.refused.add(id);
  },
  choose(id) {
    this.current = id;
  },
};
