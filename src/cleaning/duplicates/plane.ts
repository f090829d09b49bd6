/** Values of a picture stretched to a square. */
export interface Plane {
  /** [side, side] */
  values: Float32Array;
  side: number;
}

/** A part of a picture, in shares of its sides, 0–1. */
export interface Window {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const WHOLE: Window = { x: 0, y: 0, width: 1, height: 1 };

/** Left for right. */
export function mirror({ values, side }: Plane): Plane {
  return { values: values.map((_, i) => values[i - (i % side) + side - 1 - (i % side)] as number), side };
}

/** A part of a plane at `side` × `side`, each value the mean of the area that it covers. */
export function sample(plane: Plane, window: Window, side: number): Float32Array {
  const n = plane.side;
  const edges = edgeSums(integralOf(plane), n, window, side);
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

const integrals = new WeakMap<Plane, Float64Array>();

/** Kept as long as the plane is: parts are looked for at many places of it. */
function integralOf(plane: Plane): Float64Array {
  const known = integrals.get(plane);
  if (known) return known;
  const sums = sumsOf(plane);
  integrals.set(plane, sums);
  return sums;
}

/** [side + 1, side + 1], sum of all values above and left. */
export function sumsOf({ values, side }: Plane): Float64Array {
  const width = side + 1;
  const sums = new Float64Array(width * width);
  for (let row = 0; row < side; row++) {
    let line = 0;
    for (let column = 0; column < side; column++) {
      line += values[row * side + column] as number;
      sums[(row + 1) * width + column + 1] = (sums[row * width + column + 1] as number) + line;
    }
  }
  return sums;
}
