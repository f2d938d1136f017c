import { html, nothing, type TemplateResult } from "lit-html";
import type { Conversation, Message } from "../contract";
import type { Scene } from "./scene";
import type { Messages } from "./messages/en";

const MOST_MESSAGES = 8;

/** Who said it: "You", the participant's name, or the role's. */
export function speakerOf(message: Message, conversation: Conversation, text: Messages): string {
  if (message.role === "agent" && message.participant_id === conversation.agent_id) return text.you;
  const participant = conversation.participants.find((one) => one.participant_id === message.participant_id);
  return participant?.name || text.role[message.role];
}

/** The last messages; folded, the customer's last, which the suggestions answer. */
export function conversationPart({ state, words, local, change }: Scene): TemplateResult | typeof nothing {
  const { conversation } = state;
  if (!conversation) return nothing;
  const { messages } = conversation;
  const last = messages.filter((one) => one.role === "customer" && !one.is_removed).pop();
  return html`<details class="conversation" ?open=${local.isConversationOpen}
      @toggle=${(event: Event) => change({ isConversationOpen: (event.target as HTMLDetailsElement).open })}>
    <summary><h3>${words.text.conversation}</h3> <span class="quiet">${words.count(words.text.messages, messages.length)}</span>
      ${last && !local.isConversationOpen ? html`<span class="last"><b dir="auto">${speakerOf(last, conversation, words.text)}</b> <span dir="auto">${last.text}</span></span>` : nothing}
    </summary>
    <ol>${messages.slice(-MOST_MESSAGES).map((message) => said(message, speakerOf(message, conversation, words.text)))}</ol>
  </details>`;

  function said(message: Message, speaker: string): TemplateResult {
    const { text } = words;
    return html`<li class="said ${message.role}"><span class="who"><b dir="auto">${speaker}</b>
        <time datetime=${message.sent_at}>${words.time(message.sent_at)}</time>
        ${message.visibility === "private" ? html`<em>${text.note}</em>` : nothing}${message.edited_at ? html`<em>${text.edited}</em>` : nothing}</span>
      ${message.is_removed ? html`<p><em>${text.removed}</em></p>` : html`<p dir="auto">${message.text}</p>`}</li>`;
  }
}
