import type { Settings } from "../../contract";
import { en, type Messages } from "./en";

/** The texts of a language. English is in the bundle; the others come when asked for, so that nobody pays for two. */
export async function loadMessages(locale: Settings["locale"]): Promise<Messages> {
  switch (locale) {
    case "nl":
      return (await import("./nl")).nl;
    case "de":
      return (await import("./de")).de;
    default:
      return en;
  }
}
