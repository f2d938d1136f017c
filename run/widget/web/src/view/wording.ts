/** How numbers, times and sentences are written in a language. No DOM. */
import type { Messages } from "./messages/en";

export interface Wording {
  readonly text: Messages;
  /** A text of two halves, "# reply|# replies", with the half and the digits that the language has for this number. */
  count(text: string, number: number): string;
  /** Hours and minutes, in the agent's own time zone. Nothing for what is not a time. */
  time(instant: number | string): string;
  /** A share of 0 to 1 as whole per cents. */
  percent(share: number): string;
}

export function wording(locale: string, text: Messages): Wording {
  const plural = new Intl.PluralRules(locale);
  const digits = new Intl.NumberFormat(locale);
  const percents = new Intl.NumberFormat(locale, { style: "percent" });
  const times = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  return {
    text,
    count: (halves, number) => {
      const [one = "", more = one] = halves.split("|");
      return fill(plural.select(number) === "one" ? one : more, digits.format(number));
    },
    time: (instant) => {
      const date = new Date(instant);
      return Number.isNaN(date.getTime()) ? "" : times.format(date);
    },
    percent: (share) => percents.format(share),
  };
}

/** `#` filled in. By a function: a value with "$&" in it stays as it is. */
export function fill(text: string, value: string): string {
  return text.replace("#", () => value);
}
