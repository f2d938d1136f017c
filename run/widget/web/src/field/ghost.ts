/**
 * The grey text at the caret: a copy of the field's layout over it, in the top layer and outside the host's DOM. What it
 * takes to lie exactly where the text would: the field's own box and fonts, its scroll place and scroll bar, its zoom,
 * and for contenteditable a block as wide as the column whose first line is indented to the caret.
 */
import type { Field, Ghost } from "../contract";
import { isTextControl } from "./open";

const COPIED = [
  "direction", "unicodeBidi", "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth", "paddingTop",
  "paddingRight", "paddingBottom", "paddingLeft", "fontStyle", "fontVariant", "fontWeight", "fontStretch", "fontSize",
  "fontFamily", "fontKerning", "fontFeatureSettings", "lineHeight", "textAlign", "textTransform", "textIndent",
  "letterSpacing", "wordSpacing", "tabSize", "wordBreak", "overflowWrap",
] as const; // prettier-ignore
const TYPED = ["fontStyle", "fontVariant", "fontWeight", "fontStretch", "fontSize", "fontFamily", "letterSpacing", "wordSpacing", "direction"] as const;
const STYLE = `div{position:fixed;margin:0;box-sizing:border-box;overflow:hidden;pointer-events:none;background:none;color:transparent}
.ghost{color:#6b7280;text-decoration:underline dotted 1px;text-underline-offset:.2em}
.on-dark .ghost{color:#9aa4af}@media (forced-colors:active){.ghost{color:GrayText!important;forced-color-adjust:none}}`;
const ZERO_WIDTH_SPACE = "\u200b";
const MARK = "earpiece-key-to-paint";

/** `show` takes the time stamp of the key behind it, to measure from there until it is painted. */
export interface MeasuredGhost extends Ghost {
  show(text: string, keyAt?: number): void;
  /** Lie where the field is now: what moves it without scrolling or resizing it tells nobody. */
  follow(): void;
}

export function createGhost(field: Field): MeasuredGhost {
  const { element } = field;
  const page = element.ownerDocument;
  const host = page.createElement("div");
  const box = page.createElement("div");
  // Their data alone is changed: an element of the page that is taken away ends the step that an undo takes back.
  const typed = new Text();
  const rest = new Text();
  const ghost = page.createElement("span");
  const events = new AbortController();
  let shown = "";
  let isStyled = false;
  let above: number | null = null; // of a line, over its text

  ghost.className = "ghost";
  ghost.append(rest);
  box.append(typed, ghost);
  host.ariaHidden = "true";
  host.popover = "manual";
  // Hostile rules of the page lose against these.
  const reset = { all: "initial", position: "fixed", inset: "0 auto auto 0", width: "0", height: "0", margin: "0", padding: "0", border: "0", overflow: "visible", background: "none", "pointer-events": "none" };
  for (const [name, value] of Object.entries(reset)) host.style.setProperty(name, value, "important");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: window.earpiece?.config?.shadow ?? "closed" });
  root.adoptedStyleSheets = [sheet];
  root.append(box);

  const display = (value: string): void => host.style.setProperty("display", value, "important");
  const place = (): void => {
    if (!shown) return;
    const style = getComputedStyle(element);
    if (!isStyled) dress(box, style);
    if (!isStyled) above = null;
    isStyled = true;
    zoom(box, element, host);
    const { before, isOverText } = isTextControl(element) ? overControl(box, element, style) : overEditable(box, element, style);
    typed.data = before;
    rest.data = shown;
    box.style.marginTop = isOverText ? `${-(above ??= overText(box))}px` : "0";
    if (isTextControl(element)) Object.assign(box, { scrollTop: element.scrollTop, scrollLeft: element.scrollLeft });
  };
  const resized = new ResizeObserver(() => ((isStyled = false), place()));
  resized.observe(element);
  const quietly = { signal: events.signal, passive: true, capture: true };
  addEventListener("scroll", place, quietly);
  addEventListener("resize", place, quietly);

  return {
    get isShown() {
      return !!shown;
    },
    show(text, keyAt) {
      if (!shown) isStyled = false; // the host may have another theme by now
      shown = text;
      if (!host.isConnected) page.body.append(host);
      display("block");
      if (!host.matches(":popover-open")) host.showPopover();
      place();
      if (keyAt !== undefined) measure(keyAt);
    },
    follow: place,
    hide() {
      shown = "";
      display("none");
      if (host.isConnected && host.matches(":popover-open")) host.hidePopover();
    },
    dispose() {
      shown = "";
      events.abort();
      resized.disconnect();
      host.remove();
    },
  };
}

/** The field's own fonts and edges; grey that is read on its background. */
function dress(box: HTMLElement, style: CSSStyleDeclaration): void {
  for (const name of COPIED) box.style[name] = style[name];
  const [red = 0, green = 0, blue = 0] = (style.color.match(/[\d.]+/g) ?? []).map(Number);
  box.className = red * 0.3 + green * 0.6 + blue * 0.1 > 128 ? "on-dark" : "";
}

function zoom(box: HTMLElement, element: HTMLElement, host: HTMLElement): void {
  box.style.zoom = String(zoomOf(element) / zoomOf(host));
}

function zoomOf(element: Element & { readonly currentCSSZoom?: number }): number {
  return element.currentCSSZoom ?? 1;
}

/** A rectangle of the page in the box's own pixels. */
function inBox(box: HTMLElement, { left, top, width, height }: DOMRect): DOMRect {
  const scale = zoomOf(box);
  return new DOMRect(left / scale, top / scale, width / scale, height / scale);
}

/** What is laid out before the grey text, unseen; and whether the box is where the text of its line is, not the line. */
interface Laid {
  readonly before: string;
  readonly isOverText: boolean;
}

/** All that is in the control. */
function overControl(box: HTMLElement, control: HTMLTextAreaElement | HTMLInputElement, style: CSSStyleDeclaration): Laid {
  const { left, top, width, height } = inBox(box, control.getBoundingClientRect());
  const edges = parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth);
  const scrollBar = Math.max(0, control.offsetWidth - control.clientWidth - edges);
  const isArea = control.localName === "textarea";
  const inside = height - ["borderTopWidth", "borderBottomWidth", "paddingTop", "paddingBottom"].reduce((sum, name) => sum + parseFloat(style[name as "paddingTop"]), 0);
  Object.assign(box.style, {
    left: `${left}px`, top: `${top}px`, width: `${width - scrollBar}px`, height: `${height}px`, borderStyle: "solid",
    borderColor: "transparent", whiteSpace: isArea ? style.whiteSpace : "pre", ...(!isArea && { lineHeight: `${inside}px` }),
  }); // prettier-ignore
  return { before: control.value, isOverText: false };
}

/** For what is contenteditable, the word that the caret is at the end of, since it wraps as a whole. */
function overEditable(box: HTMLElement, element: HTMLElement, style: CSSStyleDeclaration): Laid {
  const range = element.ownerDocument.getSelection()?.rangeCount ? element.ownerDocument.getSelection()!.getRangeAt(0) : null;
  if (!range) return { before: "", isOverText: false };
  const block = blockAround(range.startContainer, element);
  const inner = getComputedStyle(block);
  const begun = wordBefore(range);
  const caret = inBox(box, begun?.place ?? caretOf(range));
  const column = inBox(box, block.getBoundingClientRect());
  const edge = (name: "Left" | "Right"): number => parseFloat(inner[`border${name}Width`]) + parseFloat(inner[`padding${name}`]);
  const [left, right] = [column.left + edge("Left"), column.right - edge("Right")];
  const indent = style.direction === "rtl" ? right - caret.left : caret.right - left;
  for (const name of TYPED) box.style[name] = inner[name];
  Object.assign(box.style, {
    left: `${left}px`, width: `${right - left}px`, top: `${caret.top}px`, height: "auto",
    lineHeight: inner.lineHeight, border: "0", padding: "0", whiteSpace: "pre-wrap", overflowWrap: "break-word", textAlign: "start",
    textIndent: `${indent}px`,
  }); // prettier-ignore
  // Without a place to break at, a word that does not fit after the indent would be broken in two.
  return { before: (indent >= 1 ? ZERO_WIDTH_SPACE : "") + (begun?.word ?? ""), isOverText: caret.height > 0 };
}

/** The paragraph that the caret is in: its column and fonts are those of the text to come. */
function blockAround(node: Node, root: HTMLElement): HTMLElement {
  let block = node instanceof HTMLElement ? node : node.parentElement;
  while (block && block !== root && getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
  return block ?? root;
}

/** How far below its line the text begins: how that is rounded depends on the browser, its zoom and the screen. */
function overText(box: HTMLElement): number {
  const text = box.ownerDocument.createRange();
  text.selectNodeContents(box);
  const [first] = text.getClientRects();
  return first ? inBox(box, first).top - inBox(box, box.getBoundingClientRect()).top : 0;
}

/** What stands of a word before the caret, and where it begins; null after a space, or where it fills more than a line. */
function wordBefore({ startContainer: node, startOffset: at }: Range): { readonly word: string; readonly place: DOMRect } | null {
  const word = (node instanceof Text && /\S+$/.exec(node.data.slice(0, at))?.[0]) || "";
  if (!word) return null;
  const range = node.ownerDocument!.createRange();
  range.setStart(node, at - word.length);
  range.setEnd(node, at);
  const [place, more] = range.getClientRects();
  if (!place || more) return null;
  const isRtl = getComputedStyle(node.parentElement!).direction === "rtl";
  return { word, place: new DOMRect(isRtl ? place.right : place.left, place.top, 0, place.height) };
}

function caretOf(range: Range): DOMRect {
  const { startContainer: node, startOffset: at } = range;
  const before = node instanceof Text && at > 0 ? range.cloneRange() : null;
  before?.setStart(node, at - 1); // after a character: at a wrapped edge the caret alone has two places
  const rects = (before ?? range).getClientRects();
  const last = rects[rects.length - 1];
  if (!last) return emptyLine(node, at);
  if (!before) return last;
  const isRtl = getComputedStyle(node.parentElement!).direction === "rtl";
  return new DOMRect(isRtl ? last.left : last.right, last.top, 0, last.height);
}

/** A line with nothing on it has no text to measure: its own box begins where the text will. */
function emptyLine(node: Node, at: number): DOMRect {
  const element = (node.childNodes[at] instanceof HTMLElement ? node.childNodes[at] : node instanceof HTMLElement ? node : node.parentElement) as HTMLElement;
  const style = getComputedStyle(element);
  const { left, right, top } = element.getBoundingClientRect();
  const edge = (name: "Top" | "Left" | "Right"): number => parseFloat(style[`border${name}Width`]) + parseFloat(style[`padding${name}`]);
  const start = style.direction === "rtl" ? right - edge("Right") : left + edge("Left");
  return new DOMRect(start, top + edge("Top"), 0, 0);
}

/**
 * From the key to the frame that shows it: a message after the frame's callbacks comes when it is painted. Of that time,
 * `placed_ms` is from the key until the text stands where it is drawn, `frame_ms` the browser's own work on the frame;
 * what is left is waiting for the frame, as the key's own letter does. The last one alone is kept, for observers.
 */
function measure(keyAt: number): void {
  const placed_ms = performance.now() - keyAt;
  requestAnimationFrame(() => {
    const begunAt = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      const paintedAt = performance.now();
      performance.clearMeasures(MARK);
      performance.measure(MARK, { start: keyAt, end: paintedAt, detail: { placed_ms, frame_ms: paintedAt - begunAt } });
    };
    port2.postMessage(null);
  });
}
