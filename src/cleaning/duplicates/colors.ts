import type { Picture } from './likeness.ts';
import { mirror, sample, WHOLE, type Window } from './plane.ts';

/** Colours are compared in so many parts of a side. */
const CELLS = 8;
/** Levels by which two colours of the same thing may differ: as a white balance that is off by a tenth, and JPEG at 15, make them. */
const NEAR = 40;
/** And this share of the stronger one. */
const NEAR_SHARE = 0.5;
/** Root mean square of a picture without colours, levels. */
const GREY = 8;

/**
 * In which share of the part two pictures have different colours, however bright and saturated each of them is: a copy may have lost its
 * colours altogether, but has no other ones.
 * @param window where in `whole` the part lies
 * @returns 0–1
 */
export function differentColors(part: Picture, whole: Picture, window: Window, isMirrored: boolean): number {
  const own = [part.red, part.blue].map((plane) => sample(isMirrored ? mirror(plane) : plane, WHOLE, CELLS));
  const other = [whole.red, whole.blue].map((plane) => sample(plane, window, CELLS));
  const [redA, blueA] = own as [Float32Array, Float32Array];
  const [redB, blueB] = other as [Float32Array, Float32Array];
  const [strengthA, strengthB] = [strength(redA, blueA), strength(redB, blueB)];
  if (Math.min(strengthA, strengthB) < GREY) return 0;
  const scale = strengthA / strengthB;
  let different = 0;
  for (let i = 0; i < redA.length; i++) {
    const a = [redA[i] as number, blueA[i] as number] as const;
    const b = [redB[i] as number, blueB[i] as number] as const;
    if (!isNear(a, b, 1) && !isNear(a, b, scale)) different++;
  }
  return different / redA.length;
}

/** @param scale what `b` is multiplied by: the two may be saturated differently */
function isNear(a: readonly [number, number], b: readonly [number, number], scale: number): boolean {
  const distance = Math.hypot(a[0] - scale * b[0], a[1] - scale * b[1]);
  return distance <= Math.max(NEAR, NEAR_SHARE * Math.max(Math.hypot(...a), scale * Math.hypot(...b)));
}

function strength(red: Float32Array, blue: Float32Array): number {
  return Math.sqrt(red.reduce((sum, value, i) => sum + value ** 2 + (blue[i] as number) ** 2, 0) / red.length);
}
