import { holm, mcnemar, pairedT, permutationTest, signFlipTest, type TTest, welchT } from './hypothesis-tests.ts';
import { type IndexedPair, type MetricDifference, type PairMetric, pairedBootstrap } from './paired-bootstrap.ts';
import { type PairedPredictions, pairPredictions, type RunPredictions } from './paired-predictions.ts';

/** One run with what it predicted; runs of one configuration differ in their seed only. */
export interface SeededRun extends RunPredictions {
  id: string;
  seed: number;
}

/** A chance below which a difference counts as real, after correction for how many were looked at. */
export const ALPHA = 0.05;

export interface SeedTest {
  /** `paired`: runs of the same seeds; `independent`: the two configurations have seeds of their own. */
  kind: 'paired' | 'independent';
  seedsA: number;
  seedsB: number;
  t: TTest;
  /** Of a permutation test beside it, which assumes no normal distribution. */
  permutationP: number;
}

export interface Significance {
  /** Ids of the runs of each side. */
  a: string[];
  b: string[];
  split: 'train' | 'validation' | 'test';
  /** Different images that both sides have predicted. */
  images: number;
  /** Images that one side alone has predicted, and common ones with another label: left out. */
  leftOut: { onlyA: number; onlyB: number; relabelled: number };
  /** Predictions (images × pairs of runs) that both have right, A alone, B alone, neither. */
  counts: { both: number; onlyA: number; onlyB: number; neither: number };
  /** `mcnemar` of one pair of runs; with several, `t` over the images' mean differences. */
  imageTest: { name: 'mcnemar-exact' | 'mcnemar' | 't'; p: number };
  /** null: one side has a single seed, and the luck of training can't be told. */
  seedTest: SeedTest | null;
  metrics: Record<PairMetric, MetricDifference>;
  /** The larger of the two tests' p: a difference is real only if neither the images nor the seeds explain it. */
  p: number;
  /** `p` corrected for the number of comparisons; equal to `p` until `correctAll`. */
  correctedP: number;
  verdict: 'better' | 'worse' | 'unclear';
  /** Images in all that would show a difference of this size with a chance of 80 %; null where it is shown, or is 0. */
  imagesNeeded: number | null;
}

export interface SignificanceOptions {
  /** Of the bootstrap; default 2000. */
  resamples?: number;
  /** Of the bootstrap and of permutations; default 1. */
  seed?: number;
}

/**
 * Is configuration B really better than A? Every pair of runs is compared on the images that both have predicted.
 * @returns null where no image was predicted by both
 */
export function compareRuns(
  a: readonly SeededRun[],
  b: readonly SeededRun[],
  options: SignificanceOptions = {},
): Significance | null {
  const paired = pairRuns(a, b).map(([runA, runB]) => pairPredictions(runA, runB));
  const pairs = paired.filter((pair) => pair.images.length > 0);
  const [first] = pairs;
  if (!first) return null;
  const { indexed, units } = indexUnits(pairs);
  const seed = options.seed ?? 1;
  const metrics = pairedBootstrap(indexed, units, options.resamples ?? 2000, seed);
  const counts = countOutcomes(pairs);
  const differences = meanDifferences(indexed, units);
  const imageTest = testImages(pairs, counts, differences);
  const seedTest = testSeeds(a, b, seed);
  const p = Math.max(imageTest.p, seedTest?.t.p ?? 0);
  const total = (read: (pair: PairedPredictions) => number) => pairs.reduce((sum, pair) => sum + read(pair), 0);
  return judge({
    a: a.map(({ id }) => id),
    b: b.map(({ id }) => id),
    split: first.split,
    images: units,
    leftOut: {
      onlyA: total((pair) => pair.onlyInA),
      onlyB: total((pair) => pair.onlyInB),
      relabelled: total((pair) => pair.relabelled),
    },
    counts,
    imageTest,
    seedTest,
    metrics,
    p,
    correctedP: p,
    verdict: 'unclear',
    imagesNeeded: imagesNeeded(differences),
  });
}

/** Corrects for the number of comparisons with one baseline (Holm), and judges anew. Nulls stay. */
export function correctAll(results: readonly (Significance | null)[]): (Significance | null)[] {
  const tested = results.filter((result) => result !== null);
  const corrected = holm(tested.map(({ p }) => p));
  const byResult = new Map(tested.map((result, at) => [result, corrected[at] as number]));
  return results.map((result) => result && judge({ ...result, correctedP: byResult.get(result) ?? result.p }));
}

function judge(result: Significance): Significance {
  const { difference } = result.metrics.accuracy;
  const real = result.correctedP < ALPHA && difference !== 0;
  const verdict = !real ? 'unclear' : difference > 0 ? 'better' : 'worse';
  return { ...result, verdict, imagesNeeded: real ? null : result.imagesNeeded };
}

/** Runs of the same seed where there are some; a single run with each of the other side; else in their order. */
function pairRuns(a: readonly SeededRun[], b: readonly SeededRun[]): [SeededRun, SeededRun][] {
  const same = sameSeeds(a, b);
  if (same.length > 0) return same;
  if (a.length === 1 || b.length === 1)
    return a.flatMap((runA) => b.map((runB): [SeededRun, SeededRun] => [runA, runB]));
  return a.slice(0, b.length).map((run, at) => [run, b[at] as SeededRun]);
}

function sameSeeds(a: readonly SeededRun[], b: readonly SeededRun[]): [SeededRun, SeededRun][] {
  const bySeed = new Map(b.map((run) => [run.seed, run]));
  const seen = new Set<number>();
  return a.flatMap((run): [SeededRun, SeededRun][] => {
    const partner = bySeed.get(run.seed);
    if (!partner || seen.has(run.seed)) return [];
    seen.add(run.seed);
    return [[run, partner]];
  });
}

/** An image counts once, however many pairs of runs have predicted it. */
function indexUnits(pairs: readonly PairedPredictions[]): { indexed: IndexedPair[]; units: number } {
  const units = new Map<string, number>();
  const indexed = pairs.map((pair) => ({
    pair,
    unit: Int32Array.from(pair.images, ({ hash, path }) => {
      const key = `${hash}\0${path}`;
      const unit = units.get(key) ?? units.size;
      units.set(key, unit);
      return unit;
    }),
  }));
  return { indexed, units: units.size };
}

function countOutcomes(pairs: readonly PairedPredictions[]): Significance['counts'] {
  const counts = { both: 0, onlyA: 0, onlyB: 0, neither: 0 };
  for (const { label, predictedA, predictedB } of pairs) {
    for (let i = 0; i < label.length; i++) {
      const [a, b] = [predictedA[i] === label[i], predictedB[i] === label[i]];
      counts[a ? (b ? 'both' : 'onlyA') : b ? 'onlyB' : 'neither']++;
    }
  }
  return counts;
}

/** [image]: mean over the pairs of runs of (B is right) − (A is right), −1 … 1. */
function meanDifferences(indexed: readonly IndexedPair[], units: number): Float64Array {
  const sums = new Float64Array(units);
  const counts = new Float64Array(units);
  for (const { pair, unit } of indexed) {
    for (let i = 0; i < unit.length; i++) {
      const at = unit[i] as number;
      const difference = Number(pair.predictedB[i] === pair.label[i]) - Number(pair.predictedA[i] === pair.label[i]);
      sums[at] = (sums[at] as number) + difference;
      counts[at] = (counts[at] as number) + 1;
    }
  }
  return sums.map((sum, at) => sum / (counts[at] as number));
}

function testImages(
  pairs: readonly PairedPredictions[],
  counts: Significance['counts'],
  differences: Float64Array,
): Significance['imageTest'] {
  if (pairs.length > 1) return { name: 't', p: pairedT(differences)?.p ?? 1 };
  const { p, exact } = mcnemar(counts.onlyA, counts.onlyB);
  return { name: exact ? 'mcnemar-exact' : 'mcnemar', p };
}

/** Over the luck of training: each seed is one measurement. */
function testSeeds(a: readonly SeededRun[], b: readonly SeededRun[], seed: number): SeedTest | null {
  if (a.length < 2 || b.length < 2) return null;
  const same = sameSeeds(a, b);
  if (same.length >= 2) {
    const differences = same.map(([runA, runB]) => accuracyDifference(pairPredictions(runA, runB)));
    const t = differences.every(Number.isFinite) ? pairedT(differences) : null;
    const permutationP = signFlipTest(differences, seed);
    return t && { kind: 'paired', seedsA: same.length, seedsB: same.length, t, permutationP };
  }
  const [first, second] = [a, b].map((runs) => runs.map(ownAccuracy)) as [number[], number[]];
  const t = welchT(first, second);
  const permutationP = permutationTest(first, second, seed);
  return t && { kind: 'independent', seedsA: a.length, seedsB: b.length, t, permutationP };
}

function accuracyDifference({ label, predictedA, predictedB }: PairedPredictions): number {
  let sum = 0;
  for (let i = 0; i < label.length; i++) sum += Number(predictedB[i] === label[i]) - Number(predictedA[i] === label[i]);
  return sum / label.length;
}

function ownAccuracy({ lines }: SeededRun): number {
  const tested = lines.filter(({ split }) => split === 'test');
  const held = tested.length > 0 ? tested : lines;
  return held.filter(({ label, predicted }) => label === predicted).length / held.length;
}

/** Of the standard normal distribution: 1 − α/2 for α = 5 %, and a power of 80 %. */
const Z_ALPHA = 1.959963984540054;
const Z_POWER = 0.8416212335729143;

/**
 * Images at which a paired test shows a difference like the observed one with a power of 80 % (Connor 1987):
 * n = (z_α √ψ + z_β √(ψ − d²))² / d², d the mean difference and ψ the mean squared one.
 */
export function imagesNeeded(differences: Float64Array): number | null {
  const n = differences.length;
  const d = differences.reduce((sum, value) => sum + value, 0) / n;
  const psi = differences.reduce((sum, value) => sum + value * value, 0) / n;
  if (d === 0 || n === 0) return null;
  return Math.ceil((Z_ALPHA * Math.sqrt(psi) + Z_POWER * Math.sqrt(Math.max(0, psi - d * d))) ** 2 / (d * d));
}
