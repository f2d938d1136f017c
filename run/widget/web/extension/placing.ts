/** Where the panel may lie in a page that knows nothing of it: in a corner that does not cover the agent's field. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
export interface Corner {
  readonly x: "left" | "right";
  readonly y: "top" | "bottom";
}

const MARGIN = 16; // CSS pixels
const CORNERS: readonly Corner[] = [
  { x: "right", y: "bottom" },
  { x: "right", y: "top" },
  { x: "left", y: "top" },
  { x: "left", y: "bottom" },
];

/** The first corner that is free; the one that covers least when none is. */
export function cornerFor(field: Box | null, panel: { width: number; height: number }, view: { width: number; height: number }): Corner {
  const covered = ({ x, y }: Corner): number => {
    const left = x === "left" ? MARGIN : view.width - MARGIN - panel.width;
    const top = y === "top" ? MARGIN : view.height - MARGIN - panel.height;
    const width = field ? Math.min(field.right, left + panel.width) - Math.max(field.left, left) : 0;
    const height = field ? Math.min(field.bottom, top + panel.height) - Math.max(field.top, top) : 0;
    return Math.max(0, width) * Math.max(0, height);
  };
  return CORNERS.reduce((best, corner) => (covered(corner) < covered(best) ? corner : best));
}
