import { applySaturation } from './color.ts';
import type { Frame, WideFrame } from './frame.ts';
import { aboutMiddle, type Homography, translation, turn } from './homography.ts';
import { applyTone, tableOf } from './tone.ts';

/** torchvision's names (Pillow's for `Color`, which is saturation). */
export const policyOperations = [
  'Identity',
  'ShearX',
  'ShearY',
  'TranslateX',
  'TranslateY',
  'Rotate',
  'Brightness',
  'Color',
  'Contrast',
  'Sharpness',
  'Posterize',
  'Solarize',
  'AutoContrast',
  'Equalize',
] as const;

export type PolicyOperation = (typeof policyOperations)[number];

/** An operation as drawn; `magnitude` in the units of torchvision's `_apply_op` (Solarize: share of 255). */
export interface PolicyStep {
  operation: PolicyOperation;
  magnitude: number;
}

const BINS = 31;

interface Magnitude {
  /** @param share of the largest bin, 0–1. */
  at(share: number, frame: WideFrame): number;
  signed: boolean;
}

const none: Magnitude = { at: () => 0, signed: false };
const linear = (most: number): Magnitude => ({ at: (share) => share * most, signed: true });
const bits = (most: number): Magnitude => ({ at: (share) => 8 - roundToEven(share * most), signed: false });
const threshold: Magnitude = { at: (share) => 1 - share, signed: false };

/** `RandAugment._augmentation_space`; lengths of TranslateX/Y grow with the image (150 of 331 pixels). */
const randAugment: Record<PolicyOperation, Magnitude> = {
  Identity: none,
  ShearX: linear(0.3),
  ShearY: linear(0.3),
  TranslateX: { at: (share, { width }) => ((share * 150) / 331) * width, signed: true },
  TranslateY: { at: (share, { height }) => ((share * 150) / 331) * height, signed: true },
  Rotate: linear(30),
  Brightness: linear(0.9),
  Color: linear(0.9),
  Contrast: linear(0.9),
  Sharpness: linear(0.9),
  Posterize: bits(4),
  Solarize: threshold,
  AutoContrast: none,
  Equalize: none,
};

/** `TrivialAugmentWide._augmentation_space`. */
const trivialAugment: Record<PolicyOperation, Magnitude> = {
  ...randAugment,
  ShearX: linear(0.99),
  ShearY: linear(0.99),
  TranslateX: linear(32),
  TranslateY: linear(32),
  Rotate: linear(135),
  Brightness: linear(0.99),
  Color: linear(0.99),
  Contrast: linear(0.99),
  Sharpness: linear(0.99),
  Posterize: bits(6),
};

const spaces = { 'rand-augment': randAugment, 'trivial-augment': trivialAugment };

/** @param bin 0–30. */
export function magnitudeOf(
  policy: keyof typeof spaces,
  operation: PolicyOperation,
  bin: number,
  frame: WideFrame,
): number {
  return spaces[policy][operation].at(bin / (BINS - 1), frame);
}

export function isSigned(policy: keyof typeof spaces, operation: PolicyOperation): boolean {
  return spaces[policy][operation].signed;
}

/** As torch.round. */
function roundToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** Where a geometric operation takes its pixels from; null: it is none. */
export function policyGeometry({ operation, magnitude }: PolicyStep, frame: Frame): Homography | null {
  switch (operation) {
    // The slant's fixed line is the image's first row or column, as torchvision has it.
    case 'ShearX':
      return [1, magnitude, magnitude / 2, 0, 1, 0, 0, 0, 1];
    case 'ShearY':
      return [1, 0, 0, magnitude, 1, magnitude / 2, 0, 0, 1];
    case 'TranslateX':
      return translation(-Math.trunc(magnitude), 0);
    case 'TranslateY':
      return translation(0, -Math.trunc(magnitude));
    case 'Rotate':
      return aboutMiddle(turn(magnitude), frame);
    default:
      return null;
  }
}

/** The operations that change colours, in place; geometric ones do nothing here. @param scratch as long as `pixels`. */
export function applyPolicyStep(pixels: Uint8Array, scratch: Uint8Array, frame: Frame, step: PolicyStep): void {
  const { operation, magnitude } = step;
  switch (operation) {
    case 'Brightness':
      applyTone(pixels, frame, { scale: 'linear', brightness: 1 + magnitude, contrast: null, shift: null });
      break;
    case 'Contrast':
      applyTone(pixels, frame, { scale: 'linear', brightness: null, contrast: 1 + magnitude, shift: null });
      break;
    case 'Color':
      if (frame.channels === 3) applySaturation(pixels, 1 + magnitude);
      break;
    case 'Sharpness':
      sharpen(pixels, scratch, frame, 1 + magnitude);
      break;
    case 'Posterize': {
      const mask = 256 - 2 ** (8 - Math.trunc(magnitude));
      through(
        pixels,
        tableOf((level) => level & mask),
      );
      break;
    }
    case 'Solarize':
      through(
        pixels,
        tableOf((level) => (level >= 255 * magnitude ? 255 - level : level)),
      );
      break;
    case 'AutoContrast':
      eachChannel(pixels, frame, stretchTable);
      break;
    case 'Equalize':
      eachChannel(pixels, frame, equalizeTable);
      break;
  }
}

function through(pixels: Uint8Array, table: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i] as number] as number;
}

function eachChannel(pixels: Uint8Array, { channels }: Frame, tableFor: (histogram: Int32Array) => Uint8Array | null) {
  for (let c = 0; c < channels; c++) {
    const histogram = new Int32Array(256);
    for (let i = c; i < pixels.length; i += channels) {
      const level = pixels[i] as number;
      histogram[level] = (histogram[level] as number) + 1;
    }
    const table = tableFor(histogram);
    if (table) for (let i = c; i < pixels.length; i += channels) pixels[i] = table[pixels[i] as number] as number;
  }
}

/** Darkest to 0, lightest to 255. */
function stretchTable(histogram: Int32Array): Uint8Array | null {
  const least = histogram.findIndex((count) => count > 0);
  const most = histogram.findLastIndex((count) => count > 0);
  return most > least ? tableOf((level) => (level - least) * (255 / (most - least))) : null;
}

/** Pillow's `ImageOps.equalize`. */
function equalizeTable(histogram: Int32Array): Uint8Array | null {
  const used = histogram.filter((count) => count > 0);
  const total = used.reduce((sum, count) => sum + count, 0);
  const step = Math.trunc((total - (used.at(-1) ?? 0)) / 255);
  if (step === 0) return null;
  let sum = Math.trunc(step / 2);
  const table = new Uint8Array(256);
  for (let level = 0; level < 256; level++) {
    table[level] = Math.min(255, Math.trunc(sum / step));
    sum += histogram[level] as number;
  }
  return table;
}

/** Moves the image from its smoothed self (1 1 1, 1 5 1, 1 1 1) by `factor`; the outermost pixels stay. */
function sharpen(pixels: Uint8Array, scratch: Uint8Array, { width, height, channels }: Frame, factor: number): void {
  scratch.set(pixels);
  const stride = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * stride + channels; i < (y + 1) * stride - channels; i++) {
      const value = scratch[i] as number;
      let sum = 4 * value;
      for (let row = i - stride; row <= i + stride; row += stride) {
        sum += (scratch[row - channels] as number) + (scratch[row] as number) + (scratch[row + channels] as number);
      }
      const smooth = Math.round(sum / 13);
      pixels[i] = Math.max(0, Math.min(255, smooth + factor * (value - smooth)));
    }
  }
}
