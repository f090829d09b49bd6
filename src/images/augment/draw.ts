import { mixSeed, type Random, seededRandom } from '../../random.ts';
import type { AugmentConfig, CropConfig, EraseConfig, ZoomConfig } from '../../training/config-augment.ts';
import type { Rectangle } from './erase.ts';
import type { WideFrame } from './frame.ts';
import { isSigned, magnitudeOf, type PolicyStep, policyOperations } from './policy-ops.ts';

/** What happens to one image, drawn; null or 0: the operation is left out. */
export interface ImageDraw {
  flip: { horizontal: boolean; vertical: boolean };
  /** Degrees counter-clockwise. */
  rotate: number;
  /** Shares of width and height; the image moves right and down. */
  shift: { x: number; y: number } | null;
  /** Degrees. */
  shear: { x: number; y: number } | null;
  /** Share of width and height that is seen, and where, 0 (left, top) to 1, the point lies that stays in place. */
  zoom: { x: number; y: number; atX: number; atY: number } | null;
  /** Tilt about the upright (x) and the level (y) axis. */
  tilt: { x: number; y: number } | null;
  /** Pixels of the image that the output shows; may lie partly outside. */
  crop: Rectangle | null;
  /** linear: factor; logit: share of light, 0.5: no change. */
  brightness: number | null;
  /** Factor. */
  contrast: number | null;
  saturation: number | null;
  /** Circles. */
  hue: number;
  /** [channel], levels. */
  channelShift: number[] | null;
  policy: PolicyStep[];
  /** Standard deviation, pixels. */
  blur: number;
  noise: { deviation: number; seed: number } | null;
  /** Quality. */
  jpeg: number;
  erase: { rectangles: Rectangle[]; seed: number } | null;
}

/** A stream of numbers for each operation: switching one on or changing its strength leaves the others' draws as they are. */
const streams = {
  flip: 1,
  rotate: 2,
  shift: 3,
  shear: 4,
  zoom: 5,
  perspective: 6,
  crop: 7,
  brightness: 8,
  contrast: 9,
  saturation: 10,
  hue: 11,
  channelShift: 12,
  policy: 13,
  blur: 14,
  noise: 15,
  jpeg: 16,
  erase: 17,
} as const;

/** Attempts at a rectangle that fits, as torchvision has them. */
const ATTEMPTS = 10;

/**
 * Draws what happens to one image. Depends on nothing but its arguments.
 * @param seed of this image in this epoch.
 */
export function drawImage(config: AugmentConfig, seed: number, frame: WideFrame): ImageDraw {
  const stream = (name: keyof typeof streams) => seededRandom(mixSeed(seed, streams[name]));
  const { rotate, shift, shear, zoom, perspective, crop, channelShift, noise, blur, jpeg, erase } = config;
  return {
    flip: drawFlip(config, stream('flip')),
    rotate: when(rotate.probability, stream('rotate'), (random) => between(-rotate.degrees, rotate.degrees, random), 0),
    shift: when(shift.probability, stream('shift'), (random) => drawPair(shift, random), null),
    shear: when(shear.probability, stream('shear'), (random) => drawPair(shear, random), null),
    zoom: when(zoom.probability, stream('zoom'), (random) => drawZoom(zoom, random), null),
    tilt: drawTilt(perspective.probability, perspective.amount, stream('perspective')),
    crop: when(crop.probability, stream('crop'), (random) => drawCrop(crop, frame, random), null),
    ...drawLighting(config, stream),
    saturation: when(config.saturation.probability, stream('saturation'), around(1, config.saturation.amount), null),
    hue: when(config.hue.probability, stream('hue'), around(0, config.hue.amount), 0),
    channelShift: when(
      channelShift.probability,
      stream('channelShift'),
      (random) => drawChannelShift(channelShift, frame, random),
      null,
    ),
    policy: drawPolicy(config.policy, frame, stream('policy')),
    blur: when(blur.probability, stream('blur'), (random) => between(blur.minSigma, blur.maxSigma, random), 0),
    noise: when(
      noise.probability,
      stream('noise'),
      (random) => (noise.deviation > 0 ? { deviation: noise.deviation, seed: seedFrom(random) } : null),
      null,
    ),
    jpeg: when(jpeg.probability, stream('jpeg'), (random) => wholeBetween(jpeg.minQuality, jpeg.maxQuality, random), 0),
    erase: when(erase.probability, stream('erase'), (random) => drawErase(erase, frame, random), null),
  };
}

/** The first number decides whether, the next ones how much: both stay what they are when the other's setting changes. */
function when<T>(probability: number, random: Random, draw: (random: Random) => T, otherwise: T): T {
  return random() < probability ? draw(random) : otherwise;
}

function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random();
}

function around(middle: number, amount: number): (random: Random) => number {
  return (random) => between(middle - amount, middle + amount, random);
}

function wholeBetween(low: number, high: number, random: Random): number {
  return low + Math.floor(random() * (high - low + 1));
}

function seedFrom(random: Random): number {
  return Math.floor(random() * 2 ** 32);
}

function drawFlip({ flip }: AugmentConfig, random: Random): ImageDraw['flip'] {
  return { horizontal: random() < flip.horizontal, vertical: random() < flip.vertical };
}

function drawPair({ x, y }: { x: number; y: number }, random: Random): { x: number; y: number } {
  return { x: between(-x, x, random), y: between(-y, y, random) };
}

function drawZoom({ min, max, evenly, stretch, center }: ZoomConfig, random: Random) {
  const extent = () => (evenly === 'magnification' ? 1 / between(min, max, random) : between(1 / max, 1 / min, random));
  const x = extent();
  const second = extent();
  const [atX, atY] = [random(), random()];
  return {
    x,
    y: stretch ? second : x,
    atX: center === 'random' ? atX : 0.5,
    atY: center === 'random' ? atY : 0.5,
  };
}

function drawTilt(probability: number, amount: number, random: Random): ImageDraw['tilt'] {
  const axis = () => {
    const chosen = random() < probability;
    const value = between(-amount, amount, random);
    return chosen ? value : 0;
  };
  const tilt = { x: axis(), y: axis() };
  return tilt.x === 0 && tilt.y === 0 ? null : tilt;
}

function drawCrop(crop: CropConfig, { width, height }: WideFrame, random: Random): Rectangle {
  if (crop.mode === 'padded') {
    const across = Math.round(crop.padding * width);
    const down = Math.round(crop.padding * height);
    const left = wholeBetween(-across, across, random);
    return { left, top: wholeBetween(-down, down, random), width, height };
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = between(crop.minArea, crop.maxArea, random);
    const aspect = Math.exp(between(Math.log(crop.minAspect), Math.log(crop.maxAspect), random));
    const w = Math.round(width * Math.sqrt(area * aspect));
    const h = Math.round(height * Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const top = wholeBetween(0, height - h, random);
    return { left: wholeBetween(0, width - w, random), top, width: w, height: h };
  }
  return { left: 0, top: 0, width, height };
}

function drawLighting(
  { lighting, brightness, contrast }: AugmentConfig,
  stream: (name: 'brightness' | 'contrast') => Random,
): Pick<ImageDraw, 'brightness' | 'contrast'> {
  // fastai: change = ½(1 ± amount) of light; contrast e^(± −ln(1 − amount)).
  const light = (amount: number) => (lighting === 'linear' ? around(1, amount) : around(0.5, amount / 2));
  const factor = (amount: number) => {
    if (lighting === 'linear') return around(1, amount);
    const most = -Math.log(Math.max(1e-6, 1 - amount));
    return (random: Random) => Math.exp(between(-most, most, random));
  };
  return {
    brightness: when(brightness.probability, stream('brightness'), light(brightness.amount), null),
    contrast: when(contrast.probability, stream('contrast'), factor(contrast.amount), null),
  };
}

function drawChannelShift(
  { amount, together }: AugmentConfig['channelShift'],
  { channels }: WideFrame,
  random: Random,
): number[] {
  const first = between(-amount, amount, random);
  return Array.from({ length: channels }, (_, c) => (together || c === 0 ? first : between(-amount, amount, random)));
}

function drawPolicy(
  { name, operations, magnitude }: AugmentConfig['policy'],
  frame: WideFrame,
  random: Random,
): PolicyStep[] {
  if (name === 'none') return [];
  const count = name === 'rand-augment' ? operations : 1;
  return Array.from({ length: count }, () => {
    const operation = policyOperations[Math.floor(random() * policyOperations.length)] as PolicyStep['operation'];
    const bin = name === 'rand-augment' ? magnitude : Math.floor(random() * 31);
    const size = magnitudeOf(name, operation, bin, frame);
    const negative = random() < 0.5;
    return { operation, magnitude: negative && isSigned(name, operation) ? -size : size };
  });
}

function drawErase(erase: EraseConfig, frame: WideFrame, random: Random): ImageDraw['erase'] {
  const rectangles = Array.from({ length: erase.count }, () => drawHole(erase, frame, random));
  return { rectangles: rectangles.filter((hole) => hole !== null), seed: seedFrom(random) };
}

function drawHole(erase: EraseConfig, { width, height }: WideFrame, random: Random): Rectangle | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const area = width * height * between(erase.minArea, erase.maxArea, random);
    const aspect = Math.exp(between(Math.log(erase.minAspect), Math.log(erase.maxAspect), random));
    const w = Math.round(Math.sqrt(area * aspect));
    const h = Math.round(Math.sqrt(area / aspect));
    if (w < 1 || h < 1 || w >= width || h >= height) continue;
    const top = wholeBetween(0, height - h, random);
    return { left: wholeBetween(0, width - w, random), top, width: w, height: h };
  }
  return null;
}
