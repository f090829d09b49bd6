import type { SuggestionMethod, Suggestions } from '../../protocol/lr-finder.ts';

/** The curve that suggestions are read off: smoothed losses at rising rates, all of them numbers. */
export interface UsableCurve {
  rates: readonly number[];
  losses: readonly number[];
}

/** Points at the end that fastai leaves out: there the loss usually runs away. */
const SKIPPED_AT_END = 5;

/**
 * What fastai looks at: the points [n/10 : −5], cut at the first that is not a number. Its sweep goes on after such a loss
 * and ours does not, so the five are then left out of the n that would have followed.
 * @param steps n, the iterations of a whole sweep.
 */
export function usableCurve(rates: readonly number[], smoothed: readonly number[], steps: number): UsableCurve {
  const bad = smoothed.findIndex((loss) => !Number.isFinite(loss));
  const end = bad < 0 ? smoothed.length - SKIPPED_AT_END : Math.min(bad, steps - SKIPPED_AT_END);
  const start = Math.floor(steps / 10);
  return { rates: rates.slice(start, Math.max(start, end)), losses: smoothed.slice(start, Math.max(start, end)) };
}

/** Every method that the curve is long enough for. */
export function suggestRates(curve: UsableCurve): Suggestions {
  const found: [SuggestionMethod, number | null][] = [
    ['valley', valley(curve)],
    ['steep', steep(curve)],
    ['slide', slide(curve)],
    ['minimum', minimum(curve)],
  ];
  return Object.fromEntries(found.filter(([, rate]) => rate !== null));
}

/**
 * fastai's `valley`: of the longest decreasing subsequence (the first of several) with its last point `end` and its `length`,
 * a half of the way through: start = end − length, s = length/3, the point start + ⌊s⌋ + ⌊s/2⌋. (A descent of two at the very start gives −1, the last point
 * in Python; here the first.) Null for an empty curve.
 */
export function valley({ rates, losses }: UsableCurve): number | null {
  if (losses.length === 0) return null;
  const lengths = new Array<number>(losses.length).fill(1);
  let end = 0;
  let length = 0;
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      if (losses[i]! < losses[j]!) lengths[i] = Math.max(lengths[i]!, lengths[j]! + 1);
    }
    if (lengths[i]! > lengths[end]!) {
      end = i;
      length = lengths[i]!;
    }
  }
  const third = length / 3;
  const at = end - length + Math.floor(third) + Math.floor(third / 2);
  return rates[Math.max(0, at)]!;
}

/** fastai's `steep`: the rate at which Δloss/Δln(rate) is least. Null for fewer than two points. */
export function steep({ rates, losses }: UsableCurve): number | null {
  if (losses.length < 2) return null;
  let steepest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + 1 < losses.length; i++) {
    const slope = (losses[i + 1]! - losses[i]!) / (Math.log(rates[i + 1]!) - Math.log(rates[i]!));
    if (slope >= least) continue;
    least = slope;
    steepest = i;
  }
  return rates[steepest]!;
}

const SLIDE_WIDTH = 15;
const SLIDE_THRESHOLD = 0.005;

/**
 * fastai's `slide`: an interval of 15 points slides down from the largest rates until the gradient (as `numpy.gradient`) is
 * alike at both its ends; its left end. Null for fewer points than the interval has.
 */
export function slide({ rates, losses }: UsableCurve): number | null {
  let left = losses.length - 1 - SLIDE_WIDTH;
  if (left < 0) return null;
  let rate = rates[left]!;
  for (; left >= 0; left--) {
    const difference = gradientAt(losses, left + SLIDE_WIDTH) - gradientAt(losses, left);
    if (!(Math.abs(difference) > SLIDE_THRESHOLD)) break;
    rate = rates[left]!;
  }
  return rate;
}

/** Central difference; one-sided at the ends. */
function gradientAt(values: readonly number[], at: number): number {
  const before = Math.max(0, at - 1);
  const after = Math.min(values.length - 1, at + 1);
  return (values[after]! - values[before]!) / (after - before);
}

/** fastai's `minimum`: a tenth of the rate with the least loss. Null for an empty curve. */
export function minimum({ rates, losses }: UsableCurve): number | null {
  if (losses.length === 0) return null;
  let least = 0;
  for (let i = 1; i < losses.length; i++) if (losses[i]! < losses[least]!) least = i;
  return rates[least]! / 10;
}
