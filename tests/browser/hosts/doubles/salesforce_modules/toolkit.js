/** Drafts by session; a session that is not here is not open on any page. */
export const conversations = new Map();
export async function setAgentInput(recordId, message) {
  if (!conversations.has(recordId)) throw new Error("no open messaging session");
  if (typeof message?.text !== "string") throw new Error("an object with text is wanted");
  conversations.set(recordId, message.text);
  return true;
}
