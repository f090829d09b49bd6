import type { Scored } from './scored.ts';

/** How well one class is told from all the others by its probability alone. */
export interface RankingScores {
  /** Area under the ROC curve (ties count half); null where the class or the rest has no images. */
  auc: number | null;
  /** Average precision, Σ (R_n − R_{n−1})·P_n over the distinct probabilities; null where the class has no images. */
  averagePrecision: number | null;
}

/** Points in the order of falling thresholds, the first at (0, 0) for ROC and (0, 1) for precision and recall. */
export interface RankingCurves {
  falsePositive: number[];
  truePositive: number[];
  recall: number[];
  precision: number[];
}

export interface ClassRanking extends RankingScores {
  /** Null where `auc` is. */
  curves: RankingCurves | null;
}

/** One class against the rest, for every class. @param points at most about this many of each curve, evenly over its axis. */
export function rankClasses(scored: Scored, points = 100): ClassRanking[] {
  return Array.from({ length: scored.classes }, (_, k) => {
    const { positives, negatives } = separate(scored, k);
    return { ...rankScores(positives, negatives), curves: rankCurves(positives, negatives, points) };
  });
}

/** Mean over the classes that have one, equal or weighted; null where none has. */
export function averageOver(values: readonly (number | null)[], weights?: ArrayLike<number>): number | null {
  let total = 0;
  let sum = 0;
  values.forEach((value, k) => {
    if (value === null) return;
    const weight = weights ? (weights[k] as number) : 1;
    total += weight * value;
    sum += weight;
  });
  return sum ? total / sum : null;
}

/** Probabilities of class k, of its own images and of the others, each rising. */
export function separate(
  { classes, labels, probabilities }: Scored,
  k: number,
): { positives: Float32Array; negatives: Float32Array } {
  let own = 0;
  for (const label of labels) if (label === k) own++;
  const positives = new Float32Array(own);
  const negatives = new Float32Array(labels.length - own);
  let p = 0;
  let n = 0;
  for (let i = 0; i < labels.length; i++) {
    const value = probabilities[i * classes + k] as number;
    if (labels[i] === k) positives[p++] = value;
    else negatives[n++] = value;
  }
  return { positives: positives.sort(), negatives: negatives.sort() };
}

/** @param positives rising; @param negatives rising */
export function rankScores(positives: Float32Array, negatives: Float32Array): RankingScores {
  let area = 0;
  let precisionSum = 0;
  walk(positives, negatives, (truePositives, falsePositives, newTrue, newFalse) => {
    area += newFalse * (truePositives - newTrue / 2);
    precisionSum += newTrue * (truePositives / (truePositives + falsePositives));
  });
  const pairs = positives.length * negatives.length;
  return {
    auc: pairs ? area / pairs : null,
    averagePrecision: positives.length ? precisionSum / positives.length : null,
  };
}

/**
 * A point wherever a step of 1 / `points` was made on an axis, and at both ends; null where there is no curve. With
 * `points` Infinity: a point for every distinct probability.
 */
export function rankCurves(positives: Float32Array, negatives: Float32Array, points: number): RankingCurves | null {
  if (!positives.length || !negatives.length) return null;
  const curves: RankingCurves = { falsePositive: [0], truePositive: [0], recall: [0], precision: [1] };
  const step = 1 / points;
  walk(positives, negatives, (truePositives, falsePositives) => {
    const recall = truePositives / positives.length;
    const falseRate = falsePositives / negatives.length;
    const last = recall === 1 && falseRate === 1;
    const { falsePositive, truePositive } = curves;
    const moved = Math.max(recall - (truePositive.at(-1) as number), falseRate - (falsePositive.at(-1) as number));
    if (moved >= step || last) {
      falsePositive.push(falseRate);
      truePositive.push(recall);
    }
    if (recall - (curves.recall.at(-1) as number) >= step || last) {
      curves.recall.push(recall);
      curves.precision.push(truePositives / (truePositives + falsePositives));
    }
  });
  return curves;
}

/** The mean of several ROC curves' true-positive rates on one grid of false-positive rates. */
export function averageRoc(
  curves: readonly RankingCurves[],
  points = 100,
): Pick<RankingCurves, 'falsePositive' | 'truePositive'> {
  const falsePositive = Array.from({ length: points + 1 }, (_, i) => i / points);
  const truePositive = falsePositive.map((x) => {
    const total = curves.reduce((sum, curve) => sum + interpolate(curve.falsePositive, curve.truePositive, x), 0);
    return total / curves.length;
  });
  return { falsePositive: [0, ...falsePositive], truePositive: [0, ...truePositive] };
}

/** At a step upwards its upper end. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  let at = xs.length - 1;
  while (at > 0 && (xs[at] as number) > x) at--;
  if (at === xs.length - 1 || xs[at] === x) return ys[at] as number;
  const share = (x - (xs[at] as number)) / ((xs[at + 1] as number) - (xs[at] as number));
  return (ys[at] as number) + share * ((ys[at + 1] as number) - (ys[at] as number));
}

/** Calls back at every distinct probability, falling, with the images at or above it and how many came with it. */
function walk(
  positives: Float32Array,
  negatives: Float32Array,
  visit: (truePositives: number, falsePositives: number, newTrue: number, newFalse: number) => void,
): void {
  let p = positives.length;
  let n = negatives.length;
  while (p > 0 || n > 0) {
    const threshold = Math.max(
      p > 0 ? (positives[p - 1] as number) : Number.NEGATIVE_INFINITY,
      n > 0 ? (negatives[n - 1] as number) : Number.NEGATIVE_INFINITY,
    );
    const fromP = p;
    const fromN = n;
    while (p > 0 && positives[p - 1] === threshold) p--;
    while (n > 0 && negatives[n - 1] === threshold) n--;
    visit(positives.length - p, negatives.length - n, fromP - p, fromN - n);
  }
}
