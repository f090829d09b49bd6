import type { Frame } from './frame.ts';

/** A projective map of the plane, 3 × 3, row-major: (x, y) → ((ax + by + c) / (gx + hy + i), (dx + ey + f) / (gx + hy + i)). */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

export const identity: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** `outer` after `inner`. */
export function compose(outer: Homography, inner: Homography): Homography {
  const at = (row: number, column: number) => {
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += (outer[row * 3 + k] as number) * (inner[k * 3 + column] as number);
    return sum;
  };
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

export function translation(x: number, y: number): Homography {
  return [1, 0, x, 0, 1, y, 0, 0, 1];
}

export function scaling(x: number, y: number): Homography {
  return [x, 0, 0, 0, y, 0, 0, 0, 1];
}

/** Where an output pixel comes from when the image is turned counter-clockwise (y points down). */
export function turn(degrees: number): Homography {
  const angle = (degrees / 180) * Math.PI;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
}

/** x + y · `x`, y + x · `y`. */
export function slant(x: number, y: number): Homography {
  return [1, x, 0, y, 1, 0, 0, 0, 1];
}

/** `map`, which has its origin in the middle of the pixel grid, on pixel coordinates (0 is the first pixel's centre). */
export function aboutMiddle(map: Homography, { width, height }: Frame): Homography {
  const x = (width - 1) / 2;
  const y = (height - 1) / 2;
  return compose(translation(x, y), compose(map, translation(-x, -y)));
}

type Point = readonly [x: number, y: number];
type Corners = readonly [Point, Point, Point, Point];

/** The map that takes the four points `from` to `to`; no three of them may lie on a line. */
export function throughPoints(from: Corners, to: Corners): Homography {
  const rows = from.flatMap(([x, y], i) => {
    const [u, v] = to[i] as Point;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(rows) as [number, number, number, number, number, number, number, number];
  return [a, b, c, d, e, f, g, h, 1];
}

/** Gauss–Jordan with row exchange. @param rows [unknown, unknown + 1], changed. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let r = k + 1; r < size; r++) {
      if (Math.abs((rows[r] as number[])[k] as number) > Math.abs((rows[pivot] as number[])[k] as number)) pivot = r;
    }
    const row = rows[pivot] as number[];
    rows[pivot] = rows[k] as number[];
    rows[k] = row;
    const head = row[k] as number;
    for (let c = k; c <= size; c++) row[c] = (row[c] as number) / head;
    for (const other of rows) {
      const factor = other[k] as number;
      if (other === row || factor === 0) continue;
      for (let c = k; c <= size; c++) other[c] = (other[c] as number) - factor * (row[c] as number);
    }
  }
  return rows.map((row) => row[size] as number);
}
