import { softmaxRows } from '../../evaluation/classifiers/softmax.ts';
import type { Scored } from '../../evaluation/metrics/scored.ts';
import { fitTemperature, withTemperature } from '../../evaluation/metrics/temperature.ts';
import { classThresholds } from './confident-joint.ts';

const LEAST = 1e-12;
/** Of the second judge, that are tried. */
const WEIGHTS = [0, 0.25, 0.5, 0.75];

/** The same with the temperature that fits the labels best. */
export function calibrated(scored: Scored): Scored {
  const temperature = fitTemperature(scored);
  return { ...scored, probabilities: withTemperature(scored.probabilities, scored.classes, temperature) };
}

/**
 * The labels, but where another class is confidently guessed (its probability reaches the mean one of the images labelled so) that class:
 * what the next judge learns from.
 * @returns [image]
 */
export function likelyLabels(scored: Scored): Int32Array {
  const { classes, labels, probabilities } = scored;
  const thresholds = classThresholds(scored);
  return labels.map((label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const best = row.indexOf(row.reduce((most, p) => Math.max(most, p), 0));
    return (row[best] as number) >= (thresholds[best] as number) ? best : label;
  });
}

/**
 * What two judges that have not seen the images say together: the weighted geometric mean of their probabilities, each calibrated first,
 * so that the one that is too sure of itself does not decide alone. They err on different images; how much `other` counts is what fits
 * the labels best, so that a poor one counts for nothing.
 * @param there [image], 0 where `other` says nothing
 */
export function together(scored: Scored, other: Float32Array, there: Uint8Array): Scored {
  const { classes, labels } = scored;
  const known = Uint32Array.from(there.keys()).filter((i) => there[i]);
  const rows = (values: Float32Array) => {
    const found = new Float32Array(known.length * classes);
    known.forEach((image, i) => {
      found.set(values.subarray(image * classes, (image + 1) * classes), i * classes);
    });
    return found;
  };
  const ofKnown = { classes, labels: Int32Array.from(known, (i) => labels[i] as number) };
  const [own, others] = [scored.probabilities, other].map(
    (values) => calibrated({ ...ofKnown, probabilities: rows(values) }).probabilities,
  ) as [Float32Array, Float32Array];
  const means = WEIGHTS.map((weight) =>
    calibrated({ ...ofKnown, probabilities: geometricMean(own, others, classes, weight) }),
  );
  const losses = means.map(logLoss);
  const mean = (means[losses.indexOf(Math.min(...losses))] as Scored).probabilities;
  const probabilities = scored.probabilities.slice();
  known.forEach((image, i) => {
    probabilities.set(mean.subarray(i * classes, (i + 1) * classes), image * classes);
  });
  return { classes, labels, probabilities };
}

/**
 * @param a [image, class]; @param b the same
 * @param weight of b, 0–1
 * @returns [image, class], each row sums to 1
 */
export function geometricMean(a: Float32Array, b: Float32Array, classes: number, weight = 0.5): Float32Array {
  const log = (p: number) => Math.log(Math.max(LEAST, p));
  return softmaxRows(
    a.map((p, i) => (1 - weight) * log(p) + weight * log(b[i] as number)),
    classes,
  );
}

/** Mean of −ln p of the labels. */
export function logLoss({ classes, labels, probabilities }: Scored): number {
  let total = 0;
  labels.forEach((label, i) => {
    total -= Math.log(Math.max(LEAST, probabilities[i * classes + label] as number));
  });
  return total / labels.length;
}
