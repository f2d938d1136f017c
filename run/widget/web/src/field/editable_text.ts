/** The text of something contenteditable, with line breaks where it shows them, and where each place of it is in the DOM. */

/** A text node, and where its text begins in the whole. */
interface Piece {
  readonly node: Text;
  readonly from: number;
}
export type Point = readonly [node: Node, offset: number];

export interface EditableText {
  readonly text: string;
  /** Of the points that were asked for, in the text; null for one that lies elsewhere. */
  readonly places: readonly (number | null)[];
  /** Where a place of the text is in the DOM; null where there is no text at all. */
  pointAt(place: number): Point | null;
}

const BLOCK = /^(P|DIV|LI|UL|OL|PRE|BLOCKQUOTE|H[1-6]|TABLE|TR|SECTION|ARTICLE)$/;
// Zero width: some editors keep a caret in it. A space that must not break is a space to a reader.
const EMPTY = /[\ufeff\u200b]/g;

/** Reads it whole; blocks and `<br>` begin lines, but the `<br>` that only keeps an empty line open. */
export function readEditable(root: HTMLElement, points: readonly Point[] = []): EditableText {
  const pieces: Piece[] = [];
  const places: (number | null)[] = points.map(() => null);
  let text = "";
  let line: "fresh" | "used" | "closed" = "fresh";

  const note = (node: Node, offset: number): void =>
    points.forEach(([wanted, at], number) => wanted === node && at === offset && (places[number] = text.length + Number(line === "closed")));
  const startLine = (isBlock: boolean): void => {
    if (line === "closed" || (isBlock && line === "used")) text += "\n";
    line = isBlock ? "fresh" : "used";
  };
  function visit(node: Node): void {
    if (node instanceof Text) return visitText(node);
    if (!(node instanceof HTMLElement) || (node !== root && node.contentEditable === "false")) return;
    if (node.tagName === "BR") return visitBreak(node);
    const isBlock = node !== root && BLOCK.test(node.tagName);
    if (isBlock) startLine(true);
    node.childNodes.forEach((child, at) => {
      note(node, at);
      visit(child);
    });
    note(node, node.childNodes.length);
    if (isBlock) line = "closed";
  }
  function visitText(node: Text): void {
    const plain = node.data.replace(EMPTY, "").replace(/\u00a0/g, " ");
    if (plain) startLine(false);
    pieces.push({ node, from: text.length });
    points.forEach(([wanted, at], number) => {
      if (wanted === node) places[number] = text.length + node.data.slice(0, at).replace(EMPTY, "").length;
    });
    text += plain;
  }
  function visitBreak(node: Node): void {
    if (!node.nextSibling) return; // it holds an empty line open
    startLine(false);
    text += "\n";
    line = "fresh";
  }

  visit(root);
  return { text, places, pointAt: (place) => pointAt(pieces, place) };
}

function pointAt(pieces: readonly Piece[], place: number): Point | null {
  const piece = [...pieces].reverse().find(({ from }) => from <= place) ?? pieces[0];
  if (!piece) return null;
  return [piece.node, offsetOf(piece.node.data, place - piece.from)];
}

/** How far into a node's own text so many characters reach that anybody sees. */
function offsetOf(data: string, seen: number): number {
  let offset = 0;
  for (let left = seen; offset < data.length && (left > 0 || /[\ufeff\u200b]/.test(data.charAt(offset))); offset++) {
    if (!/[\ufeff\u200b]/.test(data.charAt(offset))) left--;
  }
  return offset;
}
