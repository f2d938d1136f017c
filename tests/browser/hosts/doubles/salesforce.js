/* A console with one tab a session: each has the component on its page, and the toolkit works for sessions that are open. */
import { conversations } from "lightning/conversationToolkitApi";
import { publish } from "lightning/messageService";
import AGENT_SEND from "@salesforce/messageChannel/lightning__conversationAgentSend";
import ENDED from "@salesforce/messageChannel/lightning__conversationEnded";
import Earpiece from "c/earpiece";

const components = new Map();
window.desk = {
  conversations,
  components,
  open(records, serviceAddress) {
    for (const record of records) {
      conversations.set(record, "");
      const section = document.body.appendChild(document.createElement("section"));
      section.id = "c-" + record;
      section.hidden = true;
      const component = new Earpiece();
      Object.assign(component, { messageContext: {}, serviceAddress, account: "acme", recordId: record });
      component.connectedCallback();
      components.set(record, component);
      const frame = section.appendChild(document.createElement("iframe"));
      frame.name = record;
      frame.allow = "clipboard-write; clipboard-read";
      frame.referrerPolicy = "origin";
      frame.src = component.address;
    }
  },
  refuse(record) {
    conversations.delete(record);
  },
  choose(record) {
    for (const section of document.querySelectorAll("section")) section.hidden = section.id !== "c-" + record;
  },
  send(record) {
    publish({}, AGENT_SEND, { recordId: record, content: conversations.get(record), name: "Ada", timestamp: Date.now() });
    conversations.set(record, "");
  },
  end(record) {
    publish({}, ENDED, { recordId: record });
  },
};
