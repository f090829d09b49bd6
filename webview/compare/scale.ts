import { logTicks } from '../ui/ticks.ts';

/** A mapping from values to pixels, with the places of its ticks. */
export interface Scale {
  toPixel(value: number): number;
  toValue(pixel: number): number;
  ticks: number[];
  low: number;
  high: number;
}

/** @param from pixel of `low`; @param to pixel of `high`. */
export function linearScale(low: number, high: number, from: number, to: number, ticks: number): Scale {
  const end = high > low ? high : low + (Math.abs(low) || 1) * 1e-3;
  const factor = (to - from) / (end - low);
  return {
    toPixel: (value) => from + (value - low) * factor,
    toValue: (pixel) => low + (pixel - from) / factor,
    ticks: linearTicks(low, end, ticks),
    low,
    high: end,
  };
}

/** Both ends > 0. */
export function logScale(low: number, high: number, from: number, to: number): Scale {
  const end = high > low ? high : low * 1.01;
  const start = Math.log(low);
  const factor = (to - from) / (Math.log(end) - start);
  return {
    toPixel: (value) => from + (Math.log(value) - start) * factor,
    toValue: (pixel) => Math.exp(start + (pixel - from) / factor),
    ticks: logTicks(low, end),
    low,
    high: end,
  };
}

/** Round numbers from `low` to `high`, about as many as wanted: steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / Math.max(1, wanted);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++)
    ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

/** Values that are all above 0 and far apart (learning rates, say) are read on a logarithmic scale. */
export function spansDecades(values: readonly number[]): boolean {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high / low >= 30;
}
