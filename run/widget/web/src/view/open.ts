/** The panel in its language, as the other files open it: one import, so that a build can keep it apart. */
import type { Session } from "../contract";
import { createLanguage } from "./language";
import { createView, type KeyNaming, type View } from "./view";

export type Panel = View;

export function openPanel(root: ShadowRoot, session: Session, keyName: KeyNaming): Panel {
  return createView(root, session, createLanguage(), keyName);
}
