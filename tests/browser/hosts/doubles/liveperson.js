/* The agent workspace: one frame for all conversations, told of focus and blur; values come when the workspace gets to it. */
window.desk = {
  drafts: {},
  watched: new Set(),
  current: null,
  bind: null, // the last one
  held: null, // values waiting to be told, while a test holds them
  open(conversations, frameOf) {
    this.current = conversations[0];
    const frame = document.body.appendChild(document.createElement("iframe"));
    frame.name = "earpiece";
    frame.allow = window.deniesClipboard ? "" : "clipboard-write; clipboard-read";
    frame.src = frameOf;
  },
  post(message) {
    document.querySelector("iframe[name=earpiece]").contentWindow.postMessage({ lp: true, ...message }, "https://assist.example.com");
  },
  tellValue() {
    const value = { rtSessionId: this.current, accountId: "le1", isMessaging: true, spectatedEngagement: this.watched.has(this.current) };
    const { bind } = this;
    const tell = () => this.post({ kind: "value", bind, path: "chatInfo", value });
    if (this.held) this.held.push(tell);
    else tell();
  },
  refuse(id) {
    this.watched.add(id);
    this.tellValue();
  },
  choose(id) {
    if (id === this.current) return;
    this.post({ kind: "blur" });
    this.current = id;
    this.post({ kind: "focus" });
  },
};
addEventListener("message", ({ source, origin, data }) => {
  const frame = document.querySelector("iframe[name=earpiece]");
  if (!data || !data.lp || source !== frame.contentWindow || origin !== "https://assist.example.com") return;
  if (data.kind === "bind") {
    desk.bind = data.id;
    desk.post({ kind: "done", id: data.id });
    desk.tellValue();
  }
  if (data.kind === "unbind" && !desk.held) desk.post({ kind: "unbound", bind: data.bind });
  if (data.kind === "command" && data.name === "Write ChatLine") {
    if (desk.watched.has(desk.current)) return desk.post({ kind: "done", id: data.id, error: "not the assigned agent" });
    desk.drafts[desk.current] = data.body.text;
    desk.post({ kind: "done", id: data.id });
  }
});
