/** The panel in its language, as the other files open it: one import, so that a build can keep it apart. */
import type { Session } from "../contract";
import type { Spoken } from "../session/scope";
import { createLanguage } from "./language";
import { createView, type KeyNaming, type View } from "./view";

export interface Panel extends View {
  /** The words for the live region. */
  say(what: Spoken, count: number): string;
}

export function openPanel(root: ShadowRoot, session: Session, keyName: KeyNaming): Panel {
  const language = createLanguage();
  const say: Panel["say"] = (what, count) => language.words().count(language.words().text.spoken[what], count);
  return { ...createView(root, session, language, keyName), say };
}
