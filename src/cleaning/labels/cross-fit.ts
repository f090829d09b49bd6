import type { Scored } from '../../evaluation/metrics/scored.ts';
import { standardized } from '../../evaluation/probes/linear-probe.ts';
import { fitLogistic, type LogisticModel, logitsOf } from '../../evaluation/probes/logistic.ts';
import { MatrixOnBackend } from '../../evaluation/probes/matrix.ts';
import { principalComponents } from '../space/pca.ts';

/** Penalties that are tried, the strongest first: each starts from the solution of the one before. */
const STRENGTHS = [0.3, 0.1, 0.03, 0.01];
/** Numbers of an image that the probe sees: further components hold little that tells classes apart, and cost time. */
const PROBED_SIZE = 256;
const ITERATIONS = 40;
const LEAST = 1e-12;

export interface CrossFitOptions {
  classes: number;
  /** [image], fold of each. */
  folds: Uint8Array;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Out-of-fold probabilities of a linear probe: each image is judged by a classifier that has not seen it. The penalty is the one with the
 * smallest log loss on images that were not fitted. Needs an active TensorFlow.js backend.
 * @param features [image, size]
 * @param labels [image]
 * @throws the signal's reason when aborted
 */
export function crossFit(
  features: Float32Array,
  size: number,
  labels: Int32Array,
  { classes, folds, onProgress, signal }: CrossFitOptions,
): Scored & { strength: number } {
  const { values, width } = probed(features, size);
  const count = Math.max(...folds) + 1;
  const found = STRENGTHS.map(() => new Float32Array(labels.length * classes));
  for (let fold = 0; fold < count; fold++) {
    const inside = positions(folds, (one) => one !== fold);
    const outside = positions(folds, (one) => one === fold);
    const train = new MatrixOnBackend(rowsOf(values, width, inside), inside.length, width);
    const test = new MatrixOnBackend(rowsOf(values, width, outside), outside.length, width);
    try {
      const own = Uint32Array.from(inside, (i) => labels[i] as number);
      let start: LogisticModel | undefined;
      for (const [at, strength] of STRENGTHS.entries()) {
        signal?.throwIfAborted();
        start = fitLogistic(train, own, { classes, strength, iterations: ITERATIONS, ...(start && { start }) });
        const logits = logitsOf(test, start);
        outside.forEach((image, i) => {
          const row = logits.subarray(i * classes, (i + 1) * classes);
          (found[at] as Float32Array).set(softmax(row), image * classes);
        });
        onProgress?.(fold * STRENGTHS.length + at + 1, count * STRENGTHS.length);
      }
    } finally {
      train.dispose();
      test.dispose();
    }
  }
  const losses = found.map((probabilities) => logLoss({ classes, labels, probabilities }));
  const best = losses.indexOf(Math.min(...losses));
  return { classes, labels, probabilities: found[best] as Float32Array, strength: STRENGTHS[best] as number };
}

/**
 * Probabilities for `others` by a probe that learnt on `learnt`.
 * @returns [other, class]
 */
export function fitOnce(
  features: Float32Array,
  size: number,
  labels: Int32Array,
  {
    classes,
    learnt,
    others,
    strength,
  }: { classes: number; learnt: Uint32Array; others: Uint32Array; strength: number },
): Float32Array {
  const { values, width } = probed(features, size);
  const train = new MatrixOnBackend(rowsOf(values, width, learnt), learnt.length, width);
  const test = new MatrixOnBackend(rowsOf(values, width, others), others.length, width);
  try {
    const own = Uint32Array.from(learnt, (i) => labels[i] as number);
    const logits = logitsOf(test, fitLogistic(train, own, { classes, strength }));
    const result = new Float32Array(logits.length);
    for (let i = 0; i < others.length; i++) {
      result.set(softmax(logits.subarray(i * classes, (i + 1) * classes)), i * classes);
    }
    return result;
  } finally {
    train.dispose();
    test.dispose();
  }
}

function probed(features: Float32Array, size: number): { values: Float32Array; width: number } {
  const scaled = standardized(features, size);
  if (size <= PROBED_SIZE) return { values: scaled, width: size };
  const { values, count } = principalComponents(scaled, size, PROBED_SIZE);
  return { values, width: count };
}

function logLoss({ classes, labels, probabilities }: Scored): number {
  let sum = 0;
  labels.forEach((label, i) => {
    sum -= Math.log(Math.max(LEAST, probabilities[i * classes + label] as number));
  });
  return sum / labels.length;
}

function softmax(row: Float32Array): Float32Array {
  const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const powers = row.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

function positions(folds: Uint8Array, wanted: (fold: number) => boolean): Uint32Array {
  return Uint32Array.from([...folds.keys()].filter((i) => wanted(folds[i] as number)));
}

function rowsOf(values: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const result = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    result.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return result;
}
