import { softmaxRows } from '../../evaluation/classifiers/softmax.ts';
import type { Scored } from '../../evaluation/metrics/scored.ts';
import { standardized } from '../../evaluation/probes/linear-probe.ts';
import { fitLogistic, logitsOf } from '../../evaluation/probes/logistic.ts';
import { MatrixOnBackend } from '../../evaluation/probes/matrix.ts';
import { principalComponents } from '../space/pca.ts';
import { calibrated, geometricMean, likelyLabels, logLoss } from './judges.ts';
import { momentsOf, rowsOf, solveRidge, without } from './ridge.ts';

/** Penalties that are tried on the first fold. */
const PENALTIES = [0.1, 0.3, 1, 3, 10];
/** Features of more numbers, or of more numbers than there are images, are cut down to their first components. */
const WIDEST = 1536;
const COMPONENTS = 256;
/** A regression's values as logits; the temperature that follows says how steep they really are. */
const STEEPNESS = 8;

export interface CrossFitOptions {
  classes: number;
  /** [image], fold of each. */
  folds: Uint8Array;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Out-of-fold probabilities: each image is judged by a linear classifier that has not seen it. Ridge regression on the classes, which
 * wrong labels mislead less than logistic regression, once on all labels, and once without those that the first pass is confident to be wrong;
 * the mean of both, as probabilities with the temperature that fits the labels best. Needs an active TensorFlow.js backend.
 * @param features [image, size]
 * @param labels [image]
 * @throws the signal's reason when aborted
 */
export function crossFit(
  features: Float32Array,
  size: number,
  labels: Int32Array,
  { classes, folds, onProgress, signal }: CrossFitOptions,
): Scored {
  const { values, width } = probed(features, size);
  const shares = new Float32Array(classes);
  for (const label of labels) shares[label] = (shares[label] as number) + 1 / labels.length;
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    for (let k = 0; k < classes; k++) targets[i * classes + k] = (k === label ? 1 : 0) - (shares[k] as number);
  });
  const all = Uint32Array.from(labels.keys());
  const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
  const parts = Array.from({ length: count }, (_, fold) => all.filter((i) => folds[i] === fold));
  let penalty: number | null = null;
  let done = 0;
  const pass = (trusted: (image: number) => boolean): Scored => {
    const moments = (rows: Uint32Array) => momentsOf(values, width, targets, classes, rows.filter(trusted));
    const held = parts.map((rows) => {
      signal?.throwIfAborted();
      return moments(rows);
    });
    const whole = sum(held);
    const found = new Float32Array(labels.length * classes);
    parts.forEach((rows, fold) => {
      if (rows.length === 0) return;
      signal?.throwIfAborted();
      const learnt = without(whole, held[fold] as (typeof held)[number]);
      const test = new MatrixOnBackend(rowsOf(values, width, rows), rows.length, width);
      const judge = (lambda: number) => toProbabilities(test.times(solveRidge(learnt, width, lambda), classes), shares);
      try {
        if (penalty === null) penalty = bestPenalty(judge, rowsLabels(labels, rows), classes);
        const own = judge(penalty);
        rows.forEach((image, i) => {
          found.set(own.subarray(i * classes, (i + 1) * classes), image * classes);
        });
      } finally {
        test.dispose();
      }
      onProgress?.(++done, 2 * count);
    });
    return { classes, labels, probabilities: found };
  };
  const first = pass(() => true);
  const wrong = confidentlyWrong(first);
  const second = pass((image) => wrong[image] === 0);
  return calibrated({
    classes,
    labels,
    probabilities: geometricMean(first.probabilities, second.probabilities, classes),
  });
}

/**
 * Probabilities for `others` by a logistic probe that learnt on `learnt`.
 * @param strength penalty of the weights
 * @returns [other, class]
 */
export function fitOnce(
  features: Float32Array,
  size: number,
  labels: Int32Array,
  parts: { classes: number; learnt: Uint32Array; others: Uint32Array; strength: number },
): Float32Array {
  const { classes, learnt, others, strength } = parts;
  const scaled = standardized(features, size);
  const train = new MatrixOnBackend(rowsOf(scaled, size, learnt), learnt.length, size);
  const test = new MatrixOnBackend(rowsOf(scaled, size, others), others.length, size);
  try {
    const own = Uint32Array.from(learnt, (i) => labels[i] as number);
    const logits = logitsOf(test, fitLogistic(train, own, { classes, strength }));
    return softmaxRows(logits, classes);
  } finally {
    train.dispose();
    test.dispose();
  }
}

function probed(features: Float32Array, size: number): { values: Float32Array; width: number } {
  const scaled = standardized(features.map(root), size);
  const rows = features.length / size;
  if (size <= COMPONENTS || (size <= WIDEST && rows >= size)) return { values: scaled, width: size };
  const { values, count } = principalComponents(scaled, size, COMPONENTS);
  return { values, width: count };
}

/** Square root with the sign: brings in the long tail of rectified features, of which few images have much (Perronnin et al. 2010). */
function root(value: number): number {
  return Math.sign(value) * Math.sqrt(Math.abs(value));
}

function sum(parts: ReturnType<typeof momentsOf>[]): ReturnType<typeof momentsOf> {
  const [first, ...others] = parts as [ReturnType<typeof momentsOf>, ...ReturnType<typeof momentsOf>[]];
  const total = { gram: first.gram.slice(), cross: first.cross.slice() };
  for (const { gram, cross } of others) {
    gram.forEach((value, i) => {
      total.gram[i] = (total.gram[i] as number) + value;
    });
    cross.forEach((value, i) => {
      total.cross[i] = (total.cross[i] as number) + value;
    });
  }
  return total;
}

/** The one whose probabilities, at their best temperature, fit the labels of the fold best. */
function bestPenalty(judge: (lambda: number) => Float32Array, labels: Int32Array, classes: number): number {
  const losses = PENALTIES.map((lambda) => logLoss(calibrated({ classes, labels, probabilities: judge(lambda) })));
  return PENALTIES[losses.indexOf(Math.min(...losses))] as number;
}

/** Images of another class than their label by the rule of confident learning. [image] */
function confidentlyWrong(scored: Scored): Uint8Array {
  const likely = likelyLabels(scored);
  return Uint8Array.from(scored.labels, (label, i) => (likely[i] === label ? 0 : 1));
}

function toProbabilities(values: Float32Array, shares: Float32Array): Float32Array {
  const classes = shares.length;
  return softmaxRows(
    values.map((value, i) => STEEPNESS * (value + (shares[i % classes] as number))),
    classes,
  );
}

function rowsLabels(labels: Int32Array, rows: Uint32Array): Int32Array {
  return Int32Array.from(rows, (i) => labels[i] as number);
}
