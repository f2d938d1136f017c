import type { Augmentation, InsertHow } from "../contract";

/** What an inserted text makes of a message. */
export const AUGMENTATION: Readonly<Record<InsertHow, Augmentation>> = {
  suggestion: "AUTOSUGGEST", search: "GLOBAL_INSERT", link: "GLOBAL_INSERT", assistant: "GLOBAL_INSERT",
}; // prettier-ignore
