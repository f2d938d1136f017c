const subscriptions = new Set();
export const APPLICATION_SCOPE = Symbol("APPLICATION_SCOPE");
export const MessageContext = Symbol("MessageContext");
export function subscribe(context, channel, listener, options) {
  if (!context) throw new Error("no message context");
  const subscription = { channel, listener, scope: options?.scope };
  subscriptions.add(subscription);
  return subscription;
}
export function unsubscribe(subscription) {
  subscriptions.delete(subscription);
}
export function publish(context, channel, message) {
  for (const one of [...subscriptions]) if (one.channel === channel && one.scope === APPLICATION_SCOPE) one.listener(message);
}
export const count = () => subscriptions.size;
