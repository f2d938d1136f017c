/** What Genesys Cloud puts into a client app's address, checked: a placeholder that stayed one is refused. */
import { isAmong } from "./origins";

export interface GenesysQuery {
  readonly conversationId: string;
  readonly hostOrigin: string;
  readonly targetEnv: string;
  readonly usesPopup: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ENVIRONMENT = /^[a-z][a-z0-9-]{1,39}$/;

/** A sentence for the administrator instead, when the address is not as the widget's set-up says. */
export function readGenesysQuery(query: URLSearchParams, frameAncestors: readonly string[]): GenesysQuery | string {
  const conversationId = query.get("conversationId") ?? "";
  const hostOrigin = query.get("gcHostOrigin") ?? "";
  const targetEnv = query.get("gcTargetEnv") ?? "";
  if (!UUID.test(conversationId)) return "conversationId={{gcConversationId}} did not come as a UUID: is this an interaction widget?";
  if (!isAmong(hostOrigin, frameAncestors)) return "gcHostOrigin={{gcHostOrigin}} is not among the account's frame ancestors";
  if (!ENVIRONMENT.test(targetEnv)) return "gcTargetEnv={{gcTargetEnv}} is missing from the widget's address";
  return { conversationId: conversationId.toLowerCase(), hostOrigin, targetEnv, usesPopup: query.get("gcUsePopupAuth") === "true" };
}
