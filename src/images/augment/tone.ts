import type { Frame } from './frame.ts';

/** What brightness, contrast and channel shift do to an image; all three are one table a channel. */
export interface Tone {
  scale: 'linear' | 'logit';
  /** linear: factor; logit: share of light at which grey becomes lighter, 0.5: none. */
  brightness: number | null;
  /** Factor: about the image's mean luma (linear), about middle grey (logit). */
  contrast: number | null;
  /** [channel], levels. */
  shift: readonly number[] | null;
}

/**
 * Brightness, then contrast, then channel shift, in place. Linear is torchvision's `adjust_brightness` and `adjust_contrast` (and
 * Pillow's `ImageEnhance`), logit is fastai's lighting: sigmoid(scale · (logit(x) + logit(change))).
 */
export function applyTone(pixels: Uint8Array, frame: Frame, tone: Tone): void {
  const base = tone.scale === 'logit' ? logitTable(tone) : linearTable(pixels, frame, tone);
  const { channels } = frame;
  if (tone.shift === null || channels === 1) {
    const table = tone.shift === null ? base : shifted(base, tone.shift[0] as number);
    for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i] as number] as number;
    return;
  }
  const [red, green, blue] = tone.shift.map((levels) => shifted(base, levels)) as [Uint8Array, Uint8Array, Uint8Array];
  for (let i = 0; i < pixels.length; i += 3) {
    pixels[i] = red[pixels[i] as number] as number;
    pixels[i + 1] = green[pixels[i + 1] as number] as number;
    pixels[i + 2] = blue[pixels[i + 2] as number] as number;
  }
}

function linearTable(pixels: Uint8Array, frame: Frame, { brightness, contrast }: Tone): Uint8Array {
  const factor = brightness ?? 1;
  const table = tableOf((level) => level * factor);
  if (contrast === null) return table;
  const mean = meanLuma(pixels, frame, table);
  return tableOf((level) => (table[level] as number) * contrast + mean * (1 - contrast));
}

/** Keeps 0 and 1 from becoming infinite, as fastai does. */
const LEAST = 1e-7;

function logitTable({ brightness, contrast }: Tone): Uint8Array {
  const change = logit(brightness ?? 0.5);
  const factor = contrast ?? 1;
  return tableOf((level) => 255 / (1 + Math.exp(-((logits[level] as number) + change) * factor)) + 0.5);
}

function logit(share: number): number {
  const clamped = Math.max(LEAST, Math.min(1 - LEAST, share));
  return -Math.log(1 / clamped - 1);
}

/** Of every level. */
const logits = Float64Array.from({ length: 256 }, (_, level) => logit(level / 255));

/** Rounded down, as torchvision and Pillow do. */
export function tableOf(change: (level: number) => number): Uint8Array {
  const table = new Uint8Array(256);
  for (let level = 0; level < 256; level++) table[level] = Math.max(0, Math.min(255, change(level)));
  return table;
}

function shifted(table: Uint8Array, levels: number): Uint8Array {
  return tableOf((level) => (table[level] as number) + levels + 0.5);
}

/** Mean of the luma, each pixel's rounded down, of the image seen through `table`. */
function meanLuma(pixels: Uint8Array, { channels }: Frame, table: Uint8Array): number {
  let sum = 0;
  if (channels === 1) {
    for (let i = 0; i < pixels.length; i++) sum += table[pixels[i] as number] as number;
    return sum / pixels.length;
  }
  for (let i = 0; i < pixels.length; i += 3) {
    sum += lumaOf(
      table[pixels[i] as number] as number,
      table[pixels[i + 1] as number] as number,
      table[pixels[i + 2] as number] as number,
    );
  }
  return (sum * 3) / pixels.length;
}

/** torchvision's weights, in 16-bit fixed point, rounded down. */
export function lumaOf(red: number, green: number, blue: number): number {
  return (red * 19589 + green * 38470 + blue * 7471) >> 16;
}
