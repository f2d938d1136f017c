/* lpTag.agentSDK as its documents have it: init first, bind tells the value at once and every change, callbacks by path. */
(function () {
  let callbacks = null;
  let last = 0;
  const bound = new Map();
  const done = new Map();
  const post = (message) => window.parent.postMessage({ lp: true, ...message }, document.referrer ? new URL(document.referrer).origin : "*");
  const hear = ({ source, data }) => {
    if (source !== window.parent || !data || !data.lp) return;
    if (data.kind === "value") bound.get(data.bind)?.callback({ key: data.path, newValue: data.value });
    if (data.kind === "unbound") bound.delete(data.bind);
    if (data.kind === "focus") callbacks.visitorFocusedCallback();
    if (data.kind === "blur") callbacks.visitorBlurredCallback();
    if (data.kind === "done") {
      const callback = done.get(data.id);
      done.delete(data.id);
      callback && callback(data.error);
    }
  };
  const ask = (message, callback) => {
    done.set(++last, callback);
    post({ ...message, id: last });
  };
  window.lpTag = {
    agentSDK: {
      cmdNames: { write: "Write ChatLine" },
      init(given) {
        if (callbacks) throw new Error("init is called once");
        callbacks = given;
        window.addEventListener("message", hear);
      },
      bind(path, callback, answered) {
        if (!callbacks) throw new Error("init comes first");
        bound.set(last + 1, { path, callback });
        ask({ kind: "bind", path }, answered);
      },
      unbind(path, callback, answered) {
        // The workspace ends it; what is under way until then still comes.
        for (const [bind, one] of bound) if (one.callback === callback && one.path === path) ask({ kind: "unbind", bind }, answered);
      },
      command: (name, body, answered) => ask({ kind: "command", name, body }, answered),
      dispose() {
        window.removeEventListener("message", hear);
        bound.clear();
        callbacks = null;
      },
    },
  };
})();
