import { render } from "lit-html";
import type { Disconnect, Session } from "../contract";
import type { nameOf } from "../typing/keys";
import type { Language } from "./language";
import { needsLater, panel } from "./panel";
import type { Local, Scene } from "./scene";
import css from "./styles.css?inline";

/** As the field side reads keys; given, because the panel is a file of its own and that code is in the other. */
export type KeyNaming = typeof nameOf;

export interface View {
  /** Move the focus into the panel: to the suggestion that Tab would reach, or to its title. */
  focus(): void;
  disconnect: Disconnect;
}

const WIDE = 520; // CSS pixels, as in styles.css

/**
 * Draws a session into a shadow root, at most once a frame, and returns how to take it away again.
 *
 * What is drawn comes from the session's state and a few things that only the panel knows. The focus stays: where its
 * element goes away, it moves to the nearest thing that can take it, never to the page's body.
 */
export function createView(root: ShadowRoot, session: Session, language: Language, keyName: KeyNaming): View {
  const stop = new AbortController();
  const { signal } = stop;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  let local: Local = { isSettingsOpen: false, edited: null, isConversationOpen: root.host.clientWidth >= WIDE, active: 0, taking: null, isHeard: false, trouble: "" };
  let frame = 0;
  let wanted = "";
  let isDrawing = false;
  let later: Scene["later"] = null;
  let isComing = false;

  const change: Scene["change"] = (patch, focus = "") => {
    local = { ...local, ...patch };
    wanted = focus || wanted;
    draw();
  };
  const fetchLater = () => {
    isComing = true;
    import("./later").then((parts) => {
      later = parts;
      if (!signal.aborted) draw();
    }, () => (isComing = false));
  };
  const draw = () => {
    if (isDrawing) return void (frame ||= requestAnimationFrame(draw)); // what is taken away may tell that it lost the focus
    cancelAnimationFrame(frame);
    frame = 0;
    isDrawing = true;
    const scene: Scene = { state: session.state(), actions: session.actions, words: language.words(), local, later, change };
    if (!isComing && needsLater(scene)) fetchLater();
    keepingFocus(root, () => render(panel(scene), root));
    isDrawing = false;
    const next = wanted && root.querySelector<HTMLElement>(wanted);
    if (!next) return;
    wanted = "";
    next.focus();
  };
  const follow = () => {
    frame ||= requestAnimationFrame(draw);
    // Without the language's file the panel stays as it is: in a language that is there.
    language.use(session.state().settings.locale).then((isNew) => isNew && !signal.aborted && draw(), () => undefined);
  };

  const unsubscribe = session.subscribe(follow);
  root.addEventListener("focusin", () => session.actions.tellReading(true), { signal });
  root.addEventListener("focusout", () => session.actions.tellReading(false), { signal });
  root.addEventListener("keydown", (event) => onPanelKey(event as KeyboardEvent, session, keyName), { signal });
  draw();
  local = { ...local, isHeard: true };
  follow();
  return {
    focus: () => (root.querySelector<HTMLElement>("[id^=use-][tabindex='0']") ?? titleOf(root))?.focus(),
    disconnect: () => {
      stop.abort();
      unsubscribe();
      cancelAnimationFrame(frame);
      render(null, root);
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet);
    },
  };
}

/** The keys of the agent's map that mean the same here as in the field. */
function onPanelKey(event: KeyboardEvent, session: Session, keyName: KeyNaming): void {
  const { settings } = session.state();
  const name = keyName(event, settings.keymap, { direction: "ltr", isMac: /Mac/.test(navigator.platform) });
  const number = /^insert-(\d)$/.exec(name ?? "")?.[1];
  if (number) session.port.tell({ kind: "command", command: { name: "insert-suggestion", number: Number(number) } });
  else if (name === "panel") session.actions.focusField();
  else return;
  event.preventDefault();
}

/** Change what is drawn; when that took away the focused element, focus what is nearest to where it was. */
function keepingFocus(root: ShadowRoot, change: () => void): void {
  const before = root.activeElement;
  const part = before?.closest("[data-part]");
  change();
  if (!before || root.activeElement) return;
  const near = part?.isConnected ? part.querySelector<HTMLElement>("button:not([tabindex='-1']), input, textarea") : null;
  (near ?? titleOf(root))?.focus();
}

function titleOf(root: ShadowRoot): HTMLElement | null {
  return root.querySelector<HTMLElement>("#title");
}
