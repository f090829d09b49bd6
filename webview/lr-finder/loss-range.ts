import type { AgreementBand } from '../../src/protocol/lr-finder.ts';

/** Of the fall, shown above the highest point before the minimum: the loss runs away behind it, and would flatten the valley. */
const ABOVE = 0.35;
const BELOW = 0.08;
/** Of the loss, where it does not fall at all. */
const FLAT = 0.05;

/** What the loss axis spans: the whole descent of all seeds, and the beginning of the rise. Null without points. */
export function lossRange({ min, median, max }: AgreementBand): { min: number; max: number } | null {
  if (median.length === 0) return null;
  const bottom = Math.min(...min);
  const lowest = median.indexOf(Math.min(...median));
  const top = Math.max(...max.slice(0, lowest + 1));
  const height = Math.max(top - bottom, Math.abs(top) * FLAT, Number.MIN_VALUE);
  return { min: bottom - BELOW * height, max: top + ABOVE * height };
}

/** The loss of the median curve at a rate, between its points on the logarithmic scale; null outside of them. */
export function lossAt({ rates, median }: AgreementBand, rate: number): number | null {
  const after = rates.findIndex((one) => one >= rate);
  if (after < 0) return null;
  if (rates[after] === rate) return median[after]!;
  if (after === 0) return null;
  const share = Math.log(rate / rates[after - 1]!) / Math.log(rates[after]! / rates[after - 1]!);
  return median[after - 1]! + share * (median[after]! - median[after - 1]!);
}
