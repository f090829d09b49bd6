import type { Scored } from '../../evaluation/metrics/scored.ts';

/** Probabilities this much below a threshold still reach it. */
const TOLERANCE = 1e-6;

/**
 * How sure the classifier is of a class on the images that carry its label: mean p_j over the images labelled j.
 * (Northcutt, Jiang, Chuang 2021, "Confident learning".)
 * @returns [class]; Infinity for a class without images, which nothing reaches
 */
export function classThresholds({ classes, labels, probabilities }: Scored): Float64Array {
  const sums = new Float64Array(classes);
  const counts = countsOf(labels, classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    sums[label] = (sums[label] as number) + (probabilities[i * classes + label] as number);
  }
  return sums.map((sum, k) => (counts[k] ? sum / (counts[k] as number) : Number.POSITIVE_INFINITY));
}

/**
 * Counts images by given label and confidently guessed class: the most probable one of those whose probability reaches the class's
 * threshold. An image that reaches none is left out. The diagonal is at least 1.
 * @param thresholds [class], of `classThresholds`
 * @returns [given label, guess]
 */
export function confidentJoint(scored: Scored, thresholds: Float64Array): Float64Array {
  const { classes, labels, probabilities } = scored;
  const joint = new Float64Array(classes * classes);
  for (let i = 0; i < labels.length; i++) {
    const guess = confidentGuess(probabilities.subarray(i * classes, (i + 1) * classes), thresholds);
    if (guess < 0) continue;
    const cell = (labels[i] as number) * classes + guess;
    joint[cell] = (joint[cell] as number) + 1;
  }
  for (let k = 0; k < classes; k++) joint[k * classes + k] = Math.max(1, joint[k * classes + k] as number);
  return joint;
}

/**
 * The confident joint as numbers of images: each row scaled to the images of its label, in whole numbers that keep the row's sum.
 * @param joint [given label, guess]
 * @returns [given label, true class]
 */
export function calibratedJoint(joint: Float64Array, labels: Int32Array, classes: number): Float64Array {
  const counts = countsOf(labels, classes);
  const result = new Float64Array(classes * classes);
  for (let k = 0; k < classes; k++) {
    const row = joint.subarray(k * classes, (k + 1) * classes);
    const sum = row.reduce((total, value) => total + value, 0);
    result.set(roundedRow(row.map((value) => (value / sum) * (counts[k] as number))), k * classes);
  }
  return result;
}

/** Estimated images by given label and true class, from out-of-fold probabilities. @returns [given label, true class] */
export function estimateJoint(scored: Scored): Float64Array {
  const joint = confidentJoint(scored, classThresholds(scored));
  return calibratedJoint(joint, scored.labels, scored.classes);
}

/** [class], images that carry each label. */
export function countsOf(labels: Int32Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return counts;
}

function confidentGuess(row: Float32Array, thresholds: Float64Array): number {
  let guess = -1;
  for (let k = 0; k < row.length; k++) {
    const p = row[k] as number;
    if (p >= (thresholds[k] as number) - TOLERANCE && (guess < 0 || p > (row[guess] as number))) guess = k;
  }
  return guess;
}

/** Rounds to the nearest (halves to even), then moves those that were rounded furthest until the sum is right again. */
function roundedRow(row: Float64Array): Float64Array {
  const rounded = row.map(halfToEven);
  const wanted = halfToEven(row.reduce((sum, value) => sum + value, 0));
  const missing = wanted - rounded.reduce((sum, value) => sum + value, 0);
  const step = Math.sign(missing);
  const order = [...row.keys()].sort(
    (a, b) => step * ((row[b] as number) - (rounded[b] as number) - (row[a] as number) + (rounded[a] as number)),
  );
  for (const k of order.slice(0, Math.abs(missing))) rounded[k] = (rounded[k] as number) + step;
  return rounded;
}

function halfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
