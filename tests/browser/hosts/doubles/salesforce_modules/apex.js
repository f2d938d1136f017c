let uses = 0;
/** As EarpieceToken: another token each time. */
export default async function embedToken() {
  if (window.forbidsToken) throw new Error("Earpiece_Embed__c needs the account and its embed secret");
  return `embed-${++uses}`;
}
