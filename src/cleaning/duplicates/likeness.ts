import { differentColors } from './colors.ts';
import { mirror, type Plane, sample, sumsOf, WHOLE, type Window } from './plane.ts';

/** A picture as it is compared: stretched to squares. */
export interface Picture {
  /** 0–255. */
  grey: Plane;
  /** Red and blue without the grey, −255–255, coarser: colours change slowly. */
  red: Plane;
  blue: Plane;
  /** Width over height of the image itself. */
  aspect: number;
}

/** How one picture lies in the other. */
export interface Likeness {
  /** Correlation of the grey values where they overlap, −1–1. */
  correlation: number;
  /** Of what is left without the coarse shades: small for different pictures of the same mood. */
  detail: number;
  /** Share of the larger picture's sides that the other one shows; 1: both show the same part. */
  scale: number;
  isMirrored: boolean;
  /** Share of where they overlap in which their colours are not the same, 0–1; 0 where one of them is grey throughout. */
  otherColors: number;
}

/** Smallest part of an image's side that is looked for. */
const SMALLEST_CROP = 0.55;
const SCALE_STEP = 0.05;
const COARSE_SIDE = 16;
const FINE_SIDE = 32;
/** A coarse match below this is not refined. */
const HOPELESS = 0.8;
/** Grey levels of deviation below which a picture, or its detail, has nothing to correlate. */
const FLAT = 2;
const FLAT_DETAIL = 0.5;
/** A part of another colour is no copy's: less is what JPEG leaves of small things. */
const MOST_OTHER = 0.05;

/**
 * How alike two pictures are, whatever their size, encoding, brightness and contrast: as they are, or mirrored.
 */
export function compareWhole(a: Picture, b: Picture): Likeness {
  const plain = measure(a, b, { window: WHOLE, isMirrored: false });
  const mirrored = measure(a, b, { window: WHOLE, isMirrored: true });
  return better(plain, mirrored);
}

/**
 * As `compareWhole`, and with one picture as a part (not less than about half a side) of the other: coarsely everywhere, then closer
 * around the best place.
 */
export function compareParts(a: Picture, b: Picture): Likeness {
  let best = compareWhole(a, b);
  for (const [part, whole] of [
    [a, b],
    [b, a],
  ] as const) {
    const found = locate(part, whole);
    if (found) best = better(best, measure(part, whole, found));
  }
  return best;
}

/** Whether two pictures are the same one for everybody who looks at them. */
export function showsTheSame({ correlation, detail, scale, otherColors }: Likeness): boolean {
  if (otherColors > MOST_OTHER) return false;
  return scale === 1 ? correlation >= 0.94 && detail >= 0.6 : correlation >= 0.96 && detail >= 0.75;
}

function better(a: Likeness, b: Likeness): Likeness {
  return a.correlation + a.detail >= b.correlation + b.detail ? a : b;
}

/** Where a part lies in the whole, as it is or mirrored. */
interface Place {
  window: Window;
  isMirrored: boolean;
}

function measure(part: Picture, whole: Picture, { window, isMirrored }: Place): Likeness {
  const { side } = part.grey;
  const a = isMirrored ? mirror(part.grey) : part.grey;
  const b = window === WHOLE ? whole.grey : { values: sample(whole.grey, window, side), side };
  return {
    correlation: correlate(a.values, b.values),
    detail: correlate(detailOf(a), detailOf(b), FLAT_DETAIL),
    scale: Math.sqrt(window.width * window.height),
    isMirrored,
    otherColors: differentColors(part, whole, window, isMirrored),
  };
}

/** Where in `whole` the other picture fits best, as it is or mirrored; null: nowhere. */
function locate(part: Picture, whole: Picture): Place | null {
  const relativeAspect = part.aspect / whole.aspect;
  const mirrored = mirror(part.grey);
  const small = [part.grey, mirrored].map((plane) => sample(plane, WHOLE, COARSE_SIDE));
  let best = { window: WHOLE, fit: HOPELESS, isMirrored: false };
  for (let scale = 1; scale >= SMALLEST_CROP; scale -= SCALE_STEP) {
    // The longer side of the part is `scale`; the other follows from the aspects.
    const [width, height] = relativeAspect >= 1 ? [scale, scale / relativeAspect] : [scale * relativeAspect, scale];
    if (Math.min(width, height) < SMALLEST_CROP || (width > 0.99 && height > 0.99)) continue;
    for (const x of places(1 - width)) {
      for (const y of places(1 - height)) {
        const window = { x, y, width, height };
        const seen = sample(whole.grey, window, COARSE_SIDE);
        small.forEach((own, at) => {
          const fit = correlate(own, seen);
          if (fit > best.fit) best = { window, fit, isMirrored: at === 1 };
        });
      }
    }
  }
  if (best.window === WHOLE) return null;
  const fine = sample(best.isMirrored ? mirrored : part.grey, WHOLE, FINE_SIDE);
  return { window: refine(fine, whole.grey, best.window), isMirrored: best.isMirrored };
}

/** Hill climbing over place and size, with smaller and smaller steps. */
function refine(part: Float32Array, whole: Plane, start: Window): Window {
  let best = { window: start, fit: correlate(part, sample(whole, start, FINE_SIDE)) };
  for (let step = SCALE_STEP / 2; step > 0.002; step /= 2) {
    for (let improved = true; improved; ) {
      improved = false;
      for (const window of around(best.window, step)) {
        const fit = correlate(part, sample(whole, window, FINE_SIDE));
        if (fit <= best.fit + 1e-6) continue;
        best = { window, fit };
        improved = true;
      }
    }
  }
  return best.window;
}

function around({ x, y, width, height }: Window, step: number): Window[] {
  const moves = [
    { x: x + step, y, width, height },
    { x: x - step, y, width, height },
    { x, y: y + step, width, height },
    { x, y: y - step, width, height },
  ];
  for (const grow of [step, -step]) {
    const factor = 1 + grow / width;
    moves.push(
      { x: x - grow / 2, y: y - (height * (factor - 1)) / 2, width: width + grow, height: height * factor },
      { x: x - grow / 2, y, width: width + grow, height },
      { x, y: y - grow / 2, width, height: height + grow },
    );
  }
  return moves.filter(
    (window) =>
      window.x >= -1e-9 &&
      window.y >= -1e-9 &&
      window.x + window.width <= 1 + 1e-9 &&
      window.y + window.height <= 1 + 1e-9,
  );
}

function places(room: number): number[] {
  const steps = Math.max(1, Math.ceil(room / SCALE_STEP));
  return Array.from({ length: steps + 1 }, (_, i) => (room * i) / steps);
}

/** What differs from the mean of the 5 × 5 pixels around. */
function detailOf(plane: Plane): Float32Array {
  const { values, side } = plane;
  const sums = sumsOf(plane);
  const width = side + 1;
  return values.map((value, i) => {
    const column = i % side;
    const row = (i - column) / side;
    const top = Math.max(0, row - 2);
    const left = Math.max(0, column - 2);
    const bottom = Math.min(side, row + 3);
    const right = Math.min(side, column + 3);
    const sum =
      (sums[bottom * width + right] as number) -
      (sums[bottom * width + left] as number) -
      (sums[top * width + right] as number) +
      (sums[top * width + left] as number);
    return value - sum / ((bottom - top) * (right - left));
  });
}

/** Pearson's correlation; of two flat pictures 1, of a flat one and another 0. */
function correlate(a: Float32Array, b: Float32Array, leastDeviation = FLAT): number {
  const n = a.length;
  let sa = 0;
  let sb = 0;
  let saa = 0;
  let sbb = 0;
  let sab = 0;
  for (let i = 0; i < n; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
  }
  const va = saa / n - (sa / n) ** 2;
  const vb = sbb / n - (sb / n) ** 2;
  const flat = (va < leastDeviation ** 2 ? 1 : 0) + (vb < leastDeviation ** 2 ? 1 : 0);
  if (flat > 0) return flat === 2 ? 1 : 0;
  return (sab / n - (sa / n) * (sb / n)) / Math.sqrt(va * vb);
}
