/** From the map's plane to pixels: `pixel = (value − origin) · scale`; y grows upwards on the plane. */
export interface Viewport {
  /** Of the middle of the picture, on the plane. */
  x: number;
  y: number;
  /** Pixels of one unit. */
  scale: number;
  width: number;
  height: number;
}

const MARGIN = 24;
const MOST_ZOOM = 400;

/** Shows all points. */
export function wholeView(xs: readonly number[], ys: readonly number[], width: number, height: number): Viewport {
  const [left, right] = extent(xs);
  const [bottom, top] = extent(ys);
  const wide = Math.max(right - left, 1e-9);
  const high = Math.max(top - bottom, 1e-9);
  const scale = Math.max(1e-9, Math.min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high));
  return { x: (left + right) / 2, y: (bottom + top) / 2, scale, width, height };
}

export function toPixel({ x, y, scale, width, height }: Viewport, px: number, py: number): [number, number] {
  return [width / 2 + (px - x) * scale, height / 2 - (py - y) * scale];
}

export function toPlane({ x, y, scale, width, height }: Viewport, px: number, py: number): [number, number] {
  return [x + (px - width / 2) / scale, y - (py - height / 2) / scale];
}

/** The point of the plane under the pixel stays there. @param least scale of the whole map */
export function zoomAt(view: Viewport, px: number, py: number, factor: number, least: number): Viewport {
  const scale = Math.max(least * 0.5, Math.min(least * MOST_ZOOM, view.scale * factor));
  const [x, y] = toPlane(view, px, py);
  return { ...view, scale, x: x - (px - view.width / 2) / scale, y: y + (py - view.height / 2) / scale };
}

export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return { ...view, x: view.x - dx / view.scale, y: view.y + dy / view.scale };
}

function extent(values: readonly number[]): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least <= most ? [least, most] : [0, 1];
}
