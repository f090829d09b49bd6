import type { Shape } from './types.ts';

/** The size at `axis`; TensorFlow's `-1` where it is only known when the graph runs. */
export function sizeOrUnknown(size: number | null): number {
  return size ?? -1;
}

/** @throws Error when the axis is missing or its size unknown. */
export function knownSize(shape: Shape, axis: number): number {
  const size = shape.at(axis);
  if (size === null || size === undefined) throw new Error(`Axis ${axis} of [${shape}] has no fixed size.`);
  return size;
}

/** Elements of the axes from `from` on, which must be known. */
export function elements(shape: Shape, from = 0): number {
  return shape.slice(from).reduce<number>((product, _, i) => product * knownSize(shape, from + i), 1);
}

export type Padding = 'SAME' | 'VALID';

/** Output size of a convolution or pooling window along one axis (TensorFlow's padding schemes). */
export function windowOutput(size: number | null, window: number, stride: number, padding: Padding): number | null {
  if (size === null) return null;
  return padding === 'SAME' ? Math.ceil(size / stride) : Math.ceil((size - window + 1) / stride);
}

/** Shape of an elementwise operation over `a` and `b` (NumPy's broadcasting rules). */
export function broadcastShape(a: Shape, b: Shape): (number | null)[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length];
    const right = b[i - rank + b.length];
    if (left === undefined || left === 1) return right === undefined ? (left ?? null) : right;
    if (right === undefined || right === 1) return left;
    if (left !== null && right !== null && left !== right) throw new Error(`[${a}] and [${b}] do not broadcast.`);
    return left ?? right;
  });
}

/** Axes of `whole` over which a gradient is summed to get back to `part`, which was broadcast to it. */
export function broadcastAxes(part: Shape, whole: Shape): number[] {
  const missing = whole.length - part.length;
  return whole.flatMap((size, axis) => (axis < missing || (part[axis - missing] === 1 && size !== 1) ? [axis] : []));
}
