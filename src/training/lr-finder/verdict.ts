import {
  type SuggestionMethod,
  type SuggestionRanges,
  type SweepReport,
  suggestionMethods,
  type Verdict,
  type VerdictCause,
} from '../../protocol/lr-finder.ts';
import { type UsableCurve, usableCurve } from './suggestions.ts';

/** A curve of fewer points says nothing. */
const LEAST_POINTS = 16;
/** The loss has to fall by this share of itself. */
const LEAST_FALL = 0.02;
/** By half the scatter a smoothed curve falls by chance; from this share of the loss on, scatter hides what there is. */
const CHANCE = 0.5;
const WILD = 0.25;
/**
 * Ratio from which two suggestions no longer mean the same. Most methods must be within it of the valley; all of them would be
 * too much to ask: `slide` marks the end of the valley and stands further off on the best of curves.
 */
const DISAGREEMENT = 10;

export interface JudgedSweep extends Pick<SweepReport, 'end' | 'rates' | 'losses' | 'smoothed'> {}

/**
 * Whether the sweeps show a rate to train with, and how sure that is.
 * @param steps of a whole sweep
 */
export function judge(sweeps: readonly JudgedSweep[], suggestions: SuggestionRanges, steps: number): Verdict {
  const measured = sweeps.map((sweep) => measure(sweep, steps));
  const long = measured.filter(({ curve }) => curve.losses.length >= LEAST_POINTS);
  const valley = suggestions.valley;
  if (long.length === 0 || !valley) return tooShort(sweeps);
  const fall = medianOf(long.map((one) => one.fall));
  const start = medianOf(long.map((one) => one.start));
  const scatter = medianOf(long.map((one) => one.scatter));
  if (fall < Math.max(LEAST_FALL * Math.abs(start), scatter)) {
    const wild = scatter > WILD * Math.abs(start) || fall > Math.max(LEAST_FALL * Math.abs(start), CHANCE * scatter);
    if (!wild) return noFall(fall, start, sweeps);
    return unusable(
      'noisy',
      `The loss falls by ${digits(Math.max(0, fall))}, less than it jumps from batch to batch (${digits(scatter)}).`,
      'Larger batches or more iterations make the curve calmer.',
    );
  }
  const seedRatio = valley.max / valley.min;
  if (seedRatio > DISAGREEMENT) {
    return unusable(
      'noisy',
      `The seeds don't agree: they suggest from ${shortRate(valley.min)} to ${shortRate(valley.max)}.`,
      'Larger batches or more iterations make the curves calmer; more seeds show which of them is the exception.',
    );
  }
  const others = compareMethods(suggestions, valley.median);
  if (others.near.length < others.far.length || others.near.length === 0) {
    return unusable(
      'disagree',
      `The methods don't agree: valley says ${shortRate(valley.median)}, ${list(others.far.map(says))}.`,
      'Look at the curve and choose a rate where it falls steadily, well before it turns up.',
    );
  }
  return usable(valley.median, { seeds: valley.seeds, seedRatio, ...others });
}

/** Two significant digits: more would say more than the curve does. */
export function roundRate(rate: number): number {
  return Number(rate.toPrecision(2));
}

interface MethodRate {
  method: SuggestionMethod;
  rate: number;
}

function usable(
  rate: number,
  { seeds, seedRatio, near, far }: { seeds: number; seedRatio: number; near: MethodRate[]; far: MethodRate[] },
): Verdict {
  const confidence = seeds > 1 && seedRatio <= 2 && far.length === 0 ? 'high' : seedRatio <= 4 ? 'medium' : 'low';
  const among = seeds > 1 ? `${seeds} seeds agree within ×${digits(seedRatio, 2)}` : 'One seed only';
  const within = `${list(near.map(({ method }) => method))} within ×${DISAGREEMENT} of it`;
  const apart = far.length ? `, but ${list(far.map(says))}` : '';
  return {
    usable: true,
    rate: roundRate(rate),
    confidence,
    message: `${among}; ${within}${apart}.`,
    advice:
      confidence === 'high'
        ? 'Train with it.'
        : 'Train with it; before a long run, try a third and three times of it for an epoch or two.',
  };
}

interface Measures {
  curve: UsableCurve;
  /** Smoothed loss where the usable curve begins, and how far it falls below that. */
  start: number;
  fall: number;
  /** Standard deviation of the raw loss around its trend (von Neumann 1941: from successive differences), up to the minimum. */
  scatter: number;
}

function measure({ rates, losses, smoothed }: JudgedSweep, steps: number): Measures {
  const numbers = smoothed.map((value) => value ?? Number.NaN);
  const curve = usableCurve(rates, numbers, steps);
  const start = curve.losses[0] ?? Number.NaN;
  const least = Math.min(...curve.losses);
  const until = numbers.indexOf(least) + 1;
  let squares = 0;
  for (let i = 1; i < until; i++) squares += ((losses[i] ?? 0) - (losses[i - 1] ?? 0)) ** 2;
  return { curve, start, fall: start - least, scatter: until > 1 ? Math.sqrt(squares / (2 * (until - 1))) : 0 };
}

function tooShort(sweeps: readonly JudgedSweep[]): Verdict {
  if (sweeps.some(({ end }) => end === 'not-finite')) return notFinite(sweeps, 'before there was a curve to read');
  if (hasDiverged(sweeps)) return onlyRises(sweeps);
  return unusable('too-short', 'There are too few points to read a rate off.', 'Let it run to its end.');
}

function onlyRises(sweeps: readonly JudgedSweep[]): Verdict {
  return unusable(
    'diverged',
    `The loss only rises: at rate ${shortRate(lastRate(sweeps, 'diverged'))} it is four times its best.`,
    'Begin at a smaller rate. A network that is trained already has little to gain: try a hundredth of the rate it was trained with.',
  );
}

function noFall(fall: number, start: number, sweeps: readonly JudgedSweep[]): Verdict {
  if (hasDiverged(sweeps)) return onlyRises(sweeps);
  if (sweeps.some(({ end }) => end === 'not-finite')) return notFinite(sweeps, 'before it fell');
  if (sweeps.every(({ end }) => end === 'stopped')) {
    return unusable('too-short', 'It was stopped before the loss fell.', 'Let it run to its end.');
  }
  const end = Math.max(...sweeps.flatMap(({ rates }) => rates.slice(-1)));
  return unusable(
    'flat',
    `The loss stays where it is: it falls by ${digits(Math.max(0, fall))} from ${digits(start)}, up to rate ${shortRate(end)}.`,
    'End at a larger rate. If it stays flat, nothing is learned: check that layers are not all frozen and that labels fit the images.',
  );
}

function notFinite(sweeps: readonly JudgedSweep[], when: string): Verdict {
  return unusable(
    'not-finite',
    `The loss became infinite or not a number at rate ${shortRate(lastRate(sweeps, 'not-finite'))}, ${when}.`,
    'At so small a rate that is seldom the rate’s fault: check the normalisation and the loss, or begin at a smaller one.',
  );
}

/** The other methods by whether they say much the same as the valley, which is what is suggested. */
function compareMethods(suggestions: SuggestionRanges, valley: number): { near: MethodRate[]; far: MethodRate[] } {
  const rates = suggestionMethods.flatMap((method): MethodRate[] => {
    const found = suggestions[method];
    return found && method !== 'valley' ? [{ method, rate: found.median }] : [];
  });
  const isNear = ({ rate }: MethodRate) => Math.max(rate / valley, valley / rate) <= DISAGREEMENT;
  return { near: rates.filter(isNear), far: rates.filter((one) => !isNear(one)) };
}

function says({ method, rate }: MethodRate): string {
  return `${method} says ${shortRate(rate)}`;
}

/** `a`, `a and b`, `a, b and c`. */
function list(words: string[]): string {
  const last = words.at(-1) ?? '';
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${last}` : last;
}

function hasDiverged(sweeps: readonly JudgedSweep[]): boolean {
  return sweeps.filter(({ end }) => end === 'diverged').length * 2 >= sweeps.length;
}

/** The largest rate that a sweep with this end reached. */
function lastRate(sweeps: readonly JudgedSweep[], end: JudgedSweep['end']): number {
  return Math.max(...sweeps.filter((sweep) => sweep.end === end).map(({ rates }) => rates.at(-1) ?? 0));
}

function unusable(cause: VerdictCause, message: string, advice: string): Verdict {
  return { usable: false, cause, message, advice };
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function digits(value: number, count = 3): string {
  return String(Number(value.toPrecision(count)));
}

function shortRate(rate: number): string {
  const text = Number(rate.toPrecision(2));
  return text < 1e-3 ? text.toExponential() : String(text);
}
