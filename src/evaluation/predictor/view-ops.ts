import type { Random } from '../../random.ts';

/** Pixels are [height, width, channel], uint8. */
export interface Frame {
  width: number;
  height: number;
  channels: number;
  /** The channels from this one on hold no light; default: all do. */
  lightEnd?: number;
}

/** Left and right exchanged. */
export function mirror(source: Uint8Array, target: Uint8Array, { width, height, channels }: Frame): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + (width - 1 - x)) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) target[to + c] = source[from + c] as number;
    }
  }
}

/** The part of a wider image that has its upper left corner at `left`, `top`. */
export function cropOf(
  source: Uint8Array,
  target: Uint8Array,
  sourceWidth: number,
  { width, height, channels }: Frame,
  { left, top }: { left: number; top: number },
): void {
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * sourceWidth + left) * channels;
    target.set(source.subarray(from, from + width * channels), y * width * channels);
  }
}

/** Where an output's pixel is taken from, about the middle: (x, y) → (a·x + b·y, c·x + d·y); and how its light changes. */
export interface Change {
  map: [a: number, b: number, c: number, d: number];
  /** In logits, as fastai's lighting: added, and multiplied. */
  brightness: number;
  contrast: number;
}

const MOST_DEGREES = 10;
const MOST_ZOOM = 1.1;
const MOST_LIGHT = 0.2;
const CHANCE = 0.75;

/**
 * fastai's `aug_transforms` without its perspective warp: mirrored half of the time; turned by up to 10° and zoomed by up to 1.1,
 * each three times of four; lighter or darker, with more or less contrast, by up to .2, each three times of four.
 */
export function randomChange(random: Random): Change {
  const between = (low: number, high: number) => low + random() * (high - low);
  const flip = random() < 0.5 ? -1 : 1;
  const angle = random() < CHANCE ? (between(-MOST_DEGREES, MOST_DEGREES) * Math.PI) / 180 : 0;
  const zoom = random() < CHANCE ? between(1, MOST_ZOOM) : 1;
  const light = random() < CHANCE ? between(0.5 * (1 - MOST_LIGHT), 0.5 * (1 + MOST_LIGHT)) : 0.5;
  const contrast = random() < CHANCE ? Math.exp(between(Math.log(1 - MOST_LIGHT), -Math.log(1 - MOST_LIGHT))) : 1;
  const cos = Math.cos(angle) / zoom;
  const sin = Math.sin(angle) / zoom;
  return { map: [cos * flip, sin, -sin * flip, cos], brightness: Math.log(light / (1 - light)), contrast };
}

/** Bilinear; what lies outside is mirrored at the edge. */
export function reshape(source: Uint8Array, target: Uint8Array, frame: Frame, change: Change): void {
  const { width, height, channels, lightEnd = channels } = frame;
  const [a, b, c, d] = change.map;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const light = lightTable(change);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = a * (x - middleX) + b * (y - middleY) + middleX;
      const fromY = c * (x - middleX) + d * (y - middleY) + middleY;
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      const shareX = fromX - left;
      const shareY = fromY - top;
      const x0 = reflected(left, width);
      const x1 = reflected(left + 1, width);
      const y0 = reflected(top, height);
      const y1 = reflected(top + 1, height);
      for (let channel = 0; channel < channels; channel++) {
        const at = (row: number, column: number) => source[(row * width + column) * channels + channel] as number;
        const upper = at(y0, x0) * (1 - shareX) + at(y0, x1) * shareX;
        const lower = at(y1, x0) * (1 - shareX) + at(y1, x1) * shareX;
        const value = upper * (1 - shareY) + lower * shareY;
        const level = Math.round(value);
        target[(y * width + x) * channels + channel] = channel < lightEnd ? (light[level] as number) : level;
      }
    }
  }
}

/** −1 → 1, size → size − 2: the edge itself is not repeated. */
function reflected(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const place = ((at % period) + period) % period;
  return place < size ? place : period - place;
}

/** [256] */
function lightTable({ brightness, contrast }: Change): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => {
    if (brightness === 0 && contrast === 1) return level;
    const share = Math.min(1 - 1e-4, Math.max(1e-4, level / 255));
    const logit = (Math.log(share / (1 - share)) + brightness) * contrast;
    return Math.round(255 / (1 + Math.exp(-logit)));
  });
}

/** FNV-1a of the pixels: equal images get equal views. */
export function hashOf(pixels: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const value of pixels) hash = Math.imul(hash ^ value, 0x01000193);
  return hash >>> 0;
}
