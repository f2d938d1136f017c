/* The agent's desktop: a frame for each interaction, up to ten alive; texts go into the one in view, and only from its frame. */
window.desk = {
  sent: [],
  open(conversations, frameOf) {
    for (const id of conversations) {
      const section = document.body.appendChild(document.createElement("section"));
      section.id = "c-" + id;
      section.hidden = true;
      section.append(document.createElement("textarea"));
      const frame = section.appendChild(document.createElement("iframe"));
      frame.name = id;
      frame.allow = "clipboard-write; clipboard-read";
      frame.src = frameOf.replace("{{gcConversationId}}", id).replace("{{gcHostOrigin}}", location.origin).replace("{{gcTargetEnv}}", "prod-euc1");
      frame.onload = () => this.tell(frame, "bootstrap");
    }
  },
  tell(frame, hook) {
    frame.contentWindow.postMessage({ purecloudEventType: "appLifecycleHook", hook }, "https://assist.example.com");
  },
  choose(id) {
    for (const section of document.querySelectorAll("section")) {
      const isChosen = section.id === "c-" + id;
      if (section.hidden === !isChosen) continue;
      section.hidden = !isChosen;
      this.tell(section.querySelector("iframe"), isChosen ? "focus" : "blur");
    }
  },
  refuse(id) {
    this.tell(document.querySelector("#c-" + id + " iframe"), "blur");
  },
  stop(id) {
    this.tell(document.querySelector("#c-" + id + " iframe"), "stop");
  },
};
addEventListener("message", ({ source, origin, data }) => {
  if (!data || data.protocol !== "purecloud-client-apps") return;
  const section = [...document.querySelectorAll("section")].find((one) => one.querySelector("iframe").contentWindow === source);
  if (!section || origin !== "https://assist.example.com") return;
  if (data.action === "bootstrapped") section.dataset.bootstrapped = "true";
  if (data.action !== "proposeInteractionMessage" || section.hidden || data.mode !== "insert") return;
  const field = section.querySelector("textarea");
  field.setRangeText(data.message, field.selectionStart, field.selectionEnd, "end");
});
