/** The panel's place in somebody else's page: over it, in a corner, out of reach of its styles and scripts. */
import { cornerFor } from "./placing";

declare const __SHADOW__: ShadowRootMode; // closed, but for tests

export interface Mount {
  readonly element: HTMLElement;
  readonly root: ShadowRoot;
  /** Move to a corner that does not cover the field. */
  keepClearOf(field: HTMLElement | null): void;
  remove(): void;
}

const WIDTH = 340; // CSS pixels
// Pages may style every element there is: what must hold is said with !important, after everything is taken back.
const LOOKS: Readonly<Record<string, string>> = {
  all: "initial", position: "fixed", display: "block", width: `${WIDTH}px`, "max-width": "calc(100vw - 32px)", "max-height": "70vh",
  overflow: "auto", "z-index": "2147483647", "border-radius": "10px", "box-shadow": "0 4px 24px #0003", "background-color": "canvas", "color-scheme": "light dark",
}; // prettier-ignore

export function mountPanel(page: Document): Mount {
  const element = page.createElement("div");
  const set = (name: string, value: string): void => element.style.setProperty(name, value, "important");
  for (const [name, value] of Object.entries(LOOKS)) set(name, value);
  const root = element.attachShadow({ mode: __SHADOW__ });
  let field: HTMLElement | null = null;
  const place = (): void => {
    const view = { width: page.documentElement.clientWidth, height: page.documentElement.clientHeight };
    const { x, y } = cornerFor(field?.getBoundingClientRect() ?? null, { width: element.offsetWidth, height: element.offsetHeight }, view);
    set(x, "16px");
    set(x === "left" ? "right" : "left", "auto");
    set(y, "16px");
    set(y === "top" ? "bottom" : "top", "auto");
  };
  const sizes = new ResizeObserver(place);
  page.documentElement.append(element);
  sizes.observe(element);
  page.defaultView?.addEventListener("resize", place);
  return {
    element,
    root,
    keepClearOf(next) {
      if (field) sizes.unobserve(field);
      if (next) sizes.observe(next);
      field = next;
      place();
    },
    remove() {
      sizes.disconnect();
      page.defaultView?.removeEventListener("resize", place);
      element.remove();
    },
  };
}
