/** Which press sends the message, on a page whose reply stands in no form. */

const BUTTONS = "button, [role=button], input[type=submit], input[type=button]";
const SENDS = /\b(send|submit|reply|verzend|verzenden|verstuur|versturen|stuur|antwoord|antwoorden|senden|absenden|abschicken|antworten)\b/i;

export interface SendButton {
  /** Whether this click is on it: a button that names itself so, or by which a message went out before. */
  isPressed(click: Event): boolean;
  /** The agent went on to write: what is sent from now on is not by the last press. */
  typed(): void;
  sent(): void;
  /** Another conversation: what emptied the field may have been the way there. */
  turned(): void;
}

export function createSendButton(): SendButton {
  const known = new WeakSet<HTMLElement>();
  let last: HTMLElement | null = null;
  let sentBy: HTMLElement | null = null; // known once the agent writes on in the same conversation

  return {
    isPressed(click) {
      last = click.composedPath().find((one): one is HTMLElement => one instanceof HTMLElement && one.matches(BUTTONS)) ?? null;
      return !!last && (known.has(last) || namesItself(last));
    },
    typed() {
      if (sentBy) known.add(sentBy);
      last = sentBy = null;
    },
    sent: () => void ([sentBy, last] = [last, null]),
    turned: () => void (last = sentBy = null),
  };
}

/** In its words, or for those who hear it. */
function namesItself(button: HTMLElement): boolean {
  const names = [button.getAttribute("aria-label"), button.title, button instanceof HTMLInputElement ? button.value : button.textContent];
  return names.some((name) => !!name && SENDS.test(name));
}
