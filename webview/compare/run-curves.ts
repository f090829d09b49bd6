import type { CurveSeries } from '../../src/protocol/compare.ts';
import { MovingAverage } from '../ui/smoothing.ts';
import type { XAxis } from '../ui/ticks.ts';

/** One run's curve as it is drawn: where, and which values. NaN is a gap. */
export interface DrawnCurve {
  x: Float32Array;
  y: Float32Array;
  /** The raw curve's lowest and highest values a point, where a point stands for several and nothing is smoothed. */
  low?: Float32Array;
  high?: Float32Array;
}

/** @returns null where the run does not tell where its points stand on that axis. */
export function drawnCurve(series: CurveSeries, axis: XAxis, smoothing: number): DrawnCurve | null {
  const x = series[axis];
  if (x.length === 0 || x.every(Number.isNaN)) return null;
  // Figures of an epoch are few and mean what they say; only dense curves are smoothed.
  if (smoothing > 0 && isDense(series)) {
    const average = new MovingAverage(smoothing);
    return { x, y: series.mean.map((value) => average.add(value)) };
  }
  return { x, y: series.mean, ...(series.low && series.high ? { low: series.low, high: series.high } : {}) };
}

/** A point a step rather than a point an epoch. */
export function isDense({ step, epoch }: CurveSeries): boolean {
  const last = step.length - 1;
  return last > 0 && (epoch[last]! - epoch[0]!) / last < 0.75 && step[last]! > 0;
}

/** The value nearest to `x`; null where there is none. */
export function valueNear({ x, y }: DrawnCurve, wanted: number): { at: number; value: number } | null {
  const { length } = x;
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  const before = low - 1;
  const at = low >= length ? before : before >= 0 && wanted - x[before]! < x[low]! - wanted ? before : low;
  const value = y[at];
  return value === undefined || Number.isNaN(value) ? null : { at, value };
}
