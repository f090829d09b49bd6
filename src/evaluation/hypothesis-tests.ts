import { mixSeed, seededRandom } from '../random.ts';
import { chiSquareTail, fairCoinTwoSided, studentCritical, studentTwoSided } from './distributions.ts';

/** Below so many images on which two models disagree, McNemar's test counts them exactly. */
const EXACT_BELOW = 25;

export interface McNemar {
  /** 0–1, two-sided. */
  p: number;
  exact: boolean;
}

/**
 * McNemar's test (1947) that two models are right equally often on the same images: the binomial distribution for few
 * disagreements, else χ² = (|b − c| − 1)² / (b + c) with Edwards' continuity correction (as statsmodels' `mcnemar`).
 * @param onlyA images that A alone has right; @param onlyB that B alone has right
 */
export function mcnemar(onlyA: number, onlyB: number): McNemar {
  const disagreements = onlyA + onlyB;
  if (disagreements < EXACT_BELOW) return { p: fairCoinTwoSided(onlyB, disagreements), exact: true };
  const statistic = Math.max(0, Math.abs(onlyA - onlyB) - 1) ** 2 / disagreements;
  return { p: chiSquareTail(statistic, 1), exact: false };
}

export interface TTest {
  /** Of the second minus the first. */
  difference: number;
  p: number;
  degrees: number;
  /** 95 % interval of the difference. */
  interval: [low: number, high: number];
}

/** Student's t test that the mean of paired differences is 0. @returns null for fewer than two */
export function pairedT(differences: ArrayLike<number>): TTest | null {
  const n = differences.length;
  if (n < 2) return null;
  const { mean, variance } = moments(differences);
  return tTest(mean, Math.sqrt(variance / n), n - 1);
}

/** Welch's t test of two independent samples. @returns null where one has fewer than two values */
export function welchT(first: readonly number[], second: readonly number[]): TTest | null {
  if (first.length < 2 || second.length < 2) return null;
  const a = moments(first);
  const b = moments(second);
  const [partA, partB] = [a.variance / first.length, b.variance / second.length];
  const error = Math.sqrt(partA + partB);
  const degrees =
    error === 0
      ? first.length + second.length - 2
      : (partA + partB) ** 2 / (partA ** 2 / (first.length - 1) + partB ** 2 / (second.length - 1));
  return tTest(b.mean - a.mean, error, degrees);
}

function tTest(difference: number, error: number, degrees: number): TTest {
  const p = error === 0 ? Number(difference === 0) : studentTwoSided(difference / error, degrees);
  const half = error === 0 ? 0 : error * studentCritical(0.05, degrees);
  return { difference, p, degrees, interval: [difference - half, difference + half] };
}

/** Most arrangements that are tried one by one; beyond, as many random ones. */
const ARRANGEMENTS = 20_000;
/** Sums that differ by rounding alone count as equal. */
const ROUNDING = 1e-12;

/** Two-sided sign-flip test that paired differences are centred on 0: exact for up to 14, else with random signs. */
export function signFlipTest(differences: readonly number[], seed = 1): number {
  const n = differences.length;
  if (n === 0) return 1;
  const observed = Math.abs(sum(differences)) - ROUNDING;
  const exact = 2 ** n <= ARRANGEMENTS;
  const random = seededRandom(seed);
  const arrangements = exact ? 2 ** n : ARRANGEMENTS;
  let extreme = 0;
  for (let i = 0; i < arrangements; i++) {
    const flipped = differences.reduce((total, value, at) => {
      const flip = exact ? (i >> at) & 1 : random() < 0.5;
      return total + (flip ? -value : value);
    }, 0);
    if (Math.abs(flipped) >= observed) extreme++;
  }
  return exact ? extreme / arrangements : (extreme + 1) / (arrangements + 1);
}

/** Two-sided permutation test that two samples have one mean, with random regroupings (one more counts: the observed one). */
export function permutationTest(first: readonly number[], second: readonly number[], seed = 1): number {
  const all = [...first, ...second];
  const spread = (values: readonly number[]) =>
    sum(values.slice(first.length)) / second.length - sum(values.slice(0, first.length)) / first.length;
  const observed = Math.abs(spread(all)) - ROUNDING;
  const random = seededRandom(mixSeed(seed, all.length));
  let extreme = 1;
  for (let i = 0; i < ARRANGEMENTS; i++) {
    for (let at = all.length - 1; at > 0; at--) {
      const other = Math.floor(random() * (at + 1));
      const kept = all[at] as number;
      all[at] = all[other] as number;
      all[other] = kept;
    }
    if (Math.abs(spread(all)) >= observed) extreme++;
  }
  return extreme / (ARRANGEMENTS + 1);
}

/** Holm's step-down correction (1979): p-values such that all below α together are wrong with a chance of at most α. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[a] as number) - (values[b] as number));
  const corrected: number[] = new Array(values.length);
  let highest = 0;
  for (const [rank, at] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (values.length - rank) * (values[at] as number)));
    corrected[at] = highest;
  }
  return corrected;
}

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (values[i] as number) / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { mean, variance: squares / (n - 1) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
