/** A picture as it is compared: grey, stretched to a square. */
export interface Picture {
  /** [side, side], 0–255. */
  grey: Float32Array;
  side: number;
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
}

interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
}

const WHOLE: Window = { x: 0, y: 0, width: 1, height: 1 };
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

/**
 * How alike two pictures are, whatever their size, encoding, brightness and contrast: as they are, or mirrored.
 */
export function compareWhole(a: Picture, b: Picture): Likeness {
  const plain = measure(a.grey, b.grey, a.side, false, 1);
  const mirrored = measure(mirror(a), b.grey, a.side, true, 1);
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
    if (!found) continue;
    const { window, isMirrored } = found;
    const grey = isMirrored ? mirror(part) : part.grey;
    const scale = Math.sqrt(window.width * window.height);
    best = better(best, measure(grey, sample(whole, window, part.side), part.side, isMirrored, scale));
  }
  return best;
}

/** Whether two pictures are the same one for everybody who looks at them. */
export function showsTheSame({ correlation, detail, scale }: Likeness): boolean {
  return scale === 1 ? correlation >= 0.94 && detail >= 0.6 : correlation >= 0.96 && detail >= 0.75;
}

function better(a: Likeness, b: Likeness): Likeness {
  return a.correlation + a.detail >= b.correlation + b.detail ? a : b;
}

function measure(a: Float32Array, b: Float32Array, side: number, isMirrored: boolean, scale: number): Likeness {
  const correlation = correlate(a, b);
  return { correlation, detail: correlate(detailOf(a, side), detailOf(b, side), FLAT_DETAIL), scale, isMirrored };
}

/** Where in `whole` the other picture fits best, as it is or mirrored; null: nowhere. */
function locate(part: Picture, whole: Picture): { window: Window; isMirrored: boolean } | null {
  const relativeAspect = part.aspect / whole.aspect;
  const plain = { grey: part.grey, side: part.side, aspect: 1 };
  const mirrored = { grey: mirror(part), side: part.side, aspect: 1 };
  const small = [plain, mirrored].map((picture) => sample(picture, WHOLE, COARSE_SIDE));
  let best = { window: WHOLE, fit: HOPELESS, isMirrored: false };
  for (let scale = 1; scale >= SMALLEST_CROP; scale -= SCALE_STEP) {
    // The longer side of the part is `scale`; the other follows from the aspects.
    const [width, height] = relativeAspect >= 1 ? [scale, scale / relativeAspect] : [scale * relativeAspect, scale];
    if (Math.min(width, height) < SMALLEST_CROP || (width > 0.99 && height > 0.99)) continue;
    for (const x of places(1 - width)) {
      for (const y of places(1 - height)) {
        const window = { x, y, width, height };
        const seen = sample(whole, window, COARSE_SIDE);
        small.forEach((own, at) => {
          const fit = correlate(own, seen);
          if (fit > best.fit) best = { window, fit, isMirrored: at === 1 };
        });
      }
    }
  }
  if (best.window === WHOLE) return null;
  const fine = sample(best.isMirrored ? mirrored : plain, WHOLE, FINE_SIDE);
  return { window: refine(fine, whole, best.window), isMirrored: best.isMirrored };
}

/** Hill climbing over place and size, with smaller and smaller steps. */
function refine(part: Float32Array, whole: Picture, start: Window): Window {
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

/** A part of a picture at `side` × `side`, each value the mean of the area that it covers. */
function sample(picture: Picture, window: Window, side: number): Float32Array {
  const n = picture.side;
  const edges = edgeSums(integralOf(picture), n, window, side);
  const scale = (side * side) / (window.width * window.height * n * n);
  const result = new Float32Array(side * side);
  for (let row = 0, at = 0; row < side; row++) {
    const top = row * (side + 1);
    const bottom = top + side + 1;
    for (let column = 0; column < side; column++, at++) {
      const sum =
        (edges[bottom + column + 1] as number) -
        (edges[bottom + column] as number) -
        (edges[top + column + 1] as number) +
        (edges[top + column] as number);
      result[at] = sum * scale;
    }
  }
  return result;
}

/** [side + 1, side + 1], sums of all above and left of the corners of a grid that may lie inside pixels. */
function edgeSums(sums: Float64Array, n: number, window: Window, side: number): Float64Array {
  const result = new Float64Array((side + 1) * (side + 1));
  for (let row = 0, at = 0; row <= side; row++) {
    const y = Math.min(n, Math.max(0, n * (window.y + (row * window.height) / side)));
    const line = Math.min(n - 1, Math.floor(y));
    const fy = y - line;
    for (let column = 0; column <= side; column++, at++) {
      const x = Math.min(n, Math.max(0, n * (window.x + (column * window.width) / side)));
      const left = Math.min(n - 1, Math.floor(x));
      const fx = x - left;
      const from = line * (n + 1) + left;
      const above = (sums[from] as number) * (1 - fx) + (sums[from + 1] as number) * fx;
      const below = (sums[from + n + 1] as number) * (1 - fx) + (sums[from + n + 2] as number) * fx;
      result[at] = above * (1 - fy) + below * fy;
    }
  }
  return result;
}

const integrals = new WeakMap<Picture, Float64Array>();

/** [side + 1, side + 1], sum of all values above and left. */
function integralOf(picture: Picture): Float64Array {
  const known = integrals.get(picture);
  if (known) return known;
  const { grey, side } = picture;
  const width = side + 1;
  const sums = new Float64Array(width * width);
  for (let row = 0; row < side; row++) {
    let line = 0;
    for (let column = 0; column < side; column++) {
      line += grey[row * side + column] as number;
      sums[(row + 1) * width + column + 1] = (sums[row * width + column + 1] as number) + line;
    }
  }
  integrals.set(picture, sums);
  return sums;
}

function mirror({ grey, side }: Picture): Float32Array {
  return grey.map((_, i) => grey[i - (i % side) + side - 1 - (i % side)] as number);
}

/** What differs from the mean of the 5 × 5 pixels around. */
function detailOf(grey: Float32Array, side: number): Float32Array {
  const sums = integralOf({ grey, side, aspect: 1 });
  const width = side + 1;
  return grey.map((value, i) => {
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
