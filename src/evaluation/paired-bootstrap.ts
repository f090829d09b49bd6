import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';
import type { PairedPredictions } from './paired-predictions.ts';

const pairMetrics = ['accuracy', 'balancedAccuracy', 'macroF1', 'logLoss'] as const;
export type PairMetric = (typeof pairMetrics)[number];
export type PairFigures = Record<PairMetric, number>;

export interface MetricDifference {
  /** Means over the pairs of runs. */
  a: number;
  b: number;
  /** b − a. */
  difference: number;
  /** 95 % interval of the difference (percentiles of the resamples). */
  interval: [low: number, high: number];
}

/** One pair of runs, and which of the resampled images each of its images is. */
export interface IndexedPair {
  pair: PairedPredictions;
  /** [image of the pair] → resampled unit. */
  unit: Int32Array;
}

/** Keras' epsilon, as in the loss of a run. */
const LEAST_PROBABILITY = 1e-7;

/**
 * Paired bootstrap over images (Efron & Tibshirani 1993, chapter 8): every resample draws images with replacement, and both
 * models are measured on the same draw. With several pairs of runs (seeds), the differences of one draw are averaged.
 * @param units images that are resampled
 * @param resamples at least 1000 for a 95 % interval
 */
export function pairedBootstrap(
  pairs: readonly IndexedPair[],
  units: number,
  resamples: number,
  seed: number,
): Record<PairMetric, MetricDifference> {
  const meters = pairs.map(({ pair, unit }) => ({ unit, a: new Meter(pair, 'A'), b: new Meter(pair, 'B') }));
  const measure = (weights: Uint16Array) => {
    const sides = meters.map(({ unit, a, b }) => [a.measure(unit, weights), b.measure(unit, weights)] as const);
    const mean = (side: 0 | 1, metric: PairMetric) =>
      sides.reduce((sum, figures) => sum + figures[side][metric], 0) / sides.length;
    return { a: figuresOf((metric) => mean(0, metric)), b: figuresOf((metric) => mean(1, metric)) };
  };
  const weights = new Uint16Array(units).fill(1);
  const whole = measure(weights);
  const draws = Object.fromEntries(pairMetrics.map((metric) => [metric, new Float64Array(resamples)])) as Record<
    PairMetric,
    Float64Array
  >;
  const random = seededRandom(seed);
  for (let r = 0; r < resamples; r++) {
    weights.fill(0);
    for (let i = 0; i < units; i++) {
      const at = Math.floor(random() * units);
      weights[at] = (weights[at] as number) + 1;
    }
    const { a, b } = measure(weights);
    for (const metric of pairMetrics) draws[metric][r] = b[metric] - a[metric];
  }
  const results = pairMetrics.map((metric): [PairMetric, MetricDifference] => {
    const sorted = draws[metric].filter(Number.isFinite).sort();
    const [a, b] = [whole.a[metric], whole.b[metric]];
    return [metric, { a, b, difference: b - a, interval: [quantile(sorted, 0.025), quantile(sorted, 0.975)] }];
  });
  return Object.fromEntries(results) as Record<PairMetric, MetricDifference>;
}

function figuresOf(read: (metric: PairMetric) => number): PairFigures {
  return {
    accuracy: read('accuracy'),
    balancedAccuracy: read('balancedAccuracy'),
    macroF1: read('macroF1'),
    logLoss: read('logLoss'),
  };
}

/** One side's figures of weighted images. */
class Meter {
  readonly #label: Int32Array;
  readonly #predicted: Int32Array;
  readonly #loss: Float64Array;
  readonly #labelled: Float64Array;
  readonly #taken: Float64Array;
  readonly #correct: Float64Array;

  constructor(pair: PairedPredictions, side: 'A' | 'B') {
    this.#label = pair.label;
    this.#predicted = side === 'A' ? pair.predictedA : pair.predictedB;
    const ofLabel = side === 'A' ? pair.ofLabelA : pair.ofLabelB;
    this.#loss = ofLabel.map((probability) => -Math.log(Math.max(LEAST_PROBABILITY, probability)));
    this.#labelled = new Float64Array(pair.classes.length);
    this.#taken = new Float64Array(pair.classes.length);
    this.#correct = new Float64Array(pair.classes.length);
  }

  /** As scikit-learn: recall is averaged over classes that have images, F1 over those that have images or predictions. */
  measure(unit: Int32Array, weights: Uint16Array): PairFigures {
    for (const counts of [this.#labelled, this.#taken, this.#correct]) counts.fill(0);
    let images = 0;
    let loss = 0;
    for (let i = 0; i < unit.length; i++) {
      const weight = weights[unit[i] as number] as number;
      if (weight === 0) continue;
      const label = this.#label[i] as number;
      const predicted = this.#predicted[i] as number;
      images += weight;
      loss += weight * (this.#loss[i] as number);
      this.#labelled[label] = (this.#labelled[label] as number) + weight;
      this.#taken[predicted] = (this.#taken[predicted] as number) + weight;
      if (label === predicted) this.#correct[label] = (this.#correct[label] as number) + weight;
    }
    return { ...this.#ratios(images), logLoss: loss / images };
  }

  #ratios(images: number): Omit<PairFigures, 'logLoss'> {
    let [right, recalls, labelled, f1, seen] = [0, 0, 0, 0, 0];
    for (let c = 0; c < this.#labelled.length; c++) {
      const [of, taken, correct] = [this.#labelled[c], this.#taken[c], this.#correct[c]] as [number, number, number];
      right += correct;
      if (of > 0) {
        recalls += correct / of;
        labelled++;
      }
      if (of + taken > 0) {
        f1 += (2 * correct) / (of + taken);
        seen++;
      }
    }
    return { accuracy: right / images, balancedAccuracy: recalls / labelled, macroF1: f1 / seen };
  }
}
