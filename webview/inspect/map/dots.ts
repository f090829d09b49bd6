import type { Viewport } from './viewport.ts';

/** Red, green, blue, 0–255. */
export type Rgb = readonly [number, number, number];

export interface DotStyle {
  /** In device pixels. */
  radius: number;
  background: Rgb;
  /** By `color` of a point. */
  colors: readonly Rgb[];
}

/** How much of each pixel around a dot's centre it covers, 0–1: `[2·reach + 1, 2·reach + 1]`. */
export function coverage(radius: number): { reach: number; mask: Float32Array } {
  const reach = Math.ceil(radius);
  const side = 2 * reach + 1;
  const mask = new Float32Array(side * side);
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      mask[(y + reach) * side + x + reach] = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(x, y)));
    }
  }
  return { reach, mask };
}

/**
 * Draws dots into pixels, tens of thousands in a few milliseconds where a canvas' own calls take several times as long.
 * @param pixels RGBA, `[height, width, 4]` of the viewport in device pixels
 * @param faded points that are only hinted at: 1, or 0 where drawn in full; null: none
 */
export function drawDots(
  pixels: Uint8ClampedArray,
  view: Viewport,
  points: { xs: readonly number[]; ys: readonly number[]; color: readonly number[] },
  faded: Uint8Array | null,
  style: DotStyle,
): void {
  const { width, height, x: centreX, y: centreY, scale } = view;
  fill(pixels, style.background);
  const { reach, mask } = coverage(style.radius);
  const side = 2 * reach + 1;
  const { xs, ys, color } = points;
  for (const pass of faded ? [1, 0] : [0]) {
    for (let at = 0; at < xs.length; at++) {
      if (faded && faded[at] !== pass) continue;
      const px = Math.round(width / 2 + (xs[at]! - centreX) * scale);
      const py = Math.round(height / 2 - (ys[at]! - centreY) * scale);
      if (px < -reach || py < -reach || px >= width + reach || py >= height + reach) continue;
      const [red, green, blue] = style.colors[color[at]!] ?? style.colors[0]!;
      const strength = pass === 1 ? 0.18 : 0.9;
      const [fromX, toX] = [Math.max(0, px - reach), Math.min(width - 1, px + reach)];
      const [fromY, toY] = [Math.max(0, py - reach), Math.min(height - 1, py + reach)];
      for (let y = fromY; y <= toY; y++) {
        const row = (y - py + reach) * side - px + reach;
        for (let x = fromX; x <= toX; x++) {
          const alpha = mask[row + x]! * strength;
          if (alpha === 0) continue;
          const to = (y * width + x) * 4;
          pixels[to] = pixels[to]! + (red - pixels[to]!) * alpha;
          pixels[to + 1] = pixels[to + 1]! + (green - pixels[to + 1]!) * alpha;
          pixels[to + 2] = pixels[to + 2]! + (blue - pixels[to + 2]!) * alpha;
        }
      }
    }
  }
}

function fill(pixels: Uint8ClampedArray, [red, green, blue]: Rgb): void {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  // Canvas pixels are RGBA bytes; every platform that browsers run on is little-endian.
  words.fill((255 << 24) | (blue << 16) | (green << 8) | red);
}
