/** What a screen reader says of the help in a field when it gets there: one sentence, after what the host says itself. */
import type { Disconnect, Settings } from "../contract";
import { isTextControl } from "./open";

const SENTENCE: Readonly<Record<Settings["locale"], (accept: string, hide: string) => string>> = {
  en: (accept, hide) => `Suggestions appear as you type. ${accept} inserts, ${hide} hides.`,
  nl: (accept, hide) => `Suggesties verschijnen tijdens het typen. ${accept} voegt in, ${hide} verbergt.`,
  de: (accept, hide) => `Vorschläge erscheinen beim Tippen. ${accept} fügt ein, ${hide} blendet aus.`,
};

export interface Description {
  /** For these settings; null while nothing would appear. */
  say(settings: Settings | null): void;
  dispose: Disconnect;
}

/** By `aria-describedby`, beside the host's own. Not for rich editors, whose element is theirs to write. */
export function describe(element: HTMLElement): Description {
  const page = element.ownerDocument;
  const note = page.createElement("span");
  note.id = `earpiece-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  note.hidden = true; // read through the reference alone
  const idsNow = (): string[] => element.getAttribute("aria-describedby")?.split(/\s+/).filter(Boolean) ?? [];
  const remove = (): void => {
    note.remove();
    const ids = idsNow();
    const others = ids.filter((id) => id !== note.id);
    if (others.length === ids.length) return;
    if (others.length) element.setAttribute("aria-describedby", others.join(" "));
    else element.removeAttribute("aria-describedby");
  };
  return {
    say(settings) {
      if (!isTextControl(element)) return;
      if (!settings || settings.pace === "on-demand") return remove();
      const { locale, keymap } = settings;
      note.lang = locale;
      note.textContent = SENTENCE[locale](keymap.accept, keymap.hide);
      if (!note.isConnected) {
        const root = element.getRootNode(); // a reference does not reach out of a shadow root
        (root instanceof ShadowRoot ? root : page.body).append(note);
      }
      if (!idsNow().includes(note.id)) element.setAttribute("aria-describedby", [...idsNow(), note.id].join(" "));
    },
    dispose: remove,
  };
}
