/** Which press sends the message, on a page whose reply stands in no form. */

const BUTTONS = "button, [role=button], input[type=submit], input[type=button]";
const SENDS = /\b(send|submit|reply|verzend|verzenden|verstuur|versturen|stuur|antwoord|antwoorden|senden|absenden|abschicken|antworten)\b/i;

/** Whether a click is on a button that names itself so: in its words, or for those who hear it. */
export function isSending(click: Event): boolean {
  const button = click.composedPath().find((one): one is HTMLElement => one instanceof HTMLElement && one.matches(BUTTONS));
  if (!button) return false;
  const names = [button.getAttribute("aria-label"), button.title, button instanceof HTMLInputElement ? button.value : button.textContent];
  return names.some((name) => !!name && SENDS.test(name));
}
