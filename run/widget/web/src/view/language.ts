/** The language of one widget: its words now, and how to change them. */
import type { Settings } from "../contract";
import { en } from "./messages/en";
import { loadMessages } from "./messages/load";
import { wording, type Wording } from "./wording";

export interface Language {
  words(): Wording;
  /** Go over to a language; true once its words are there, false when they were or another was wanted meanwhile. Rejects when they cannot be loaded. */
  use(locale: Settings["locale"]): Promise<boolean>;
}

/** Begins in English, which is always there. */
export function createLanguage(): Language {
  let words = wording("en", en);
  let wanted: Settings["locale"] = "en";
  return {
    words: () => words,
    async use(locale) {
      if (locale === wanted) return false;
      wanted = locale;
      const text = await loadMessages(locale);
      if (locale !== wanted) return false;
      words = wording(locale, text);
      return true;
    },
  };
}
