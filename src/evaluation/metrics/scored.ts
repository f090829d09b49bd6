import { argmax } from '../metrics.ts';

/** Probabilities of images whose class is known: what every metric is taken of. */
export interface Scored {
  classes: number;
  /** [image], 0 … classes − 1. */
  labels: Int32Array;
  /** [image, class], rows that sum to 1. */
  probabilities: Float32Array;
}

/** What of each image most metrics are made of. */
export interface Verdicts {
  /** [image], the most likely class; the first of equal ones. */
  predicted: Int32Array;
  /** [image], probability of the most likely class. */
  confidence: Float64Array;
  /** [image], probability of the label. */
  labelProbability: Float64Array;
  /** [image], classes that are likelier than the label, or as likely and before it: 0 means right. */
  rank: Int32Array;
}

export function judge({ classes, labels, probabilities }: Scored): Verdicts {
  const images = labels.length;
  const predicted = new Int32Array(images);
  const confidence = new Float64Array(images);
  const labelProbability = new Float64Array(images);
  const rank = new Int32Array(images);
  for (let i = 0; i < images; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    const label = labels[i] as number;
    const own = row[label] as number;
    const best = argmax(row);
    let before = 0;
    for (let k = 0; k < classes; k++) {
      const value = row[k] as number;
      if (value > own || (value === own && k < label)) before++;
    }
    predicted[i] = best;
    confidence[i] = row[best] as number;
    labelProbability[i] = own;
    rank[i] = before;
  }
  return { predicted, confidence, labelProbability, rank };
}

/** The images at `positions`, in their order. */
export function pick({ classes, labels, probabilities }: Scored, positions: ArrayLike<number>): Scored {
  const picked: Scored = {
    classes,
    labels: new Int32Array(positions.length),
    probabilities: new Float32Array(positions.length * classes),
  };
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i] as number;
    picked.labels[i] = labels[from] as number;
    picked.probabilities.set(probabilities.subarray(from * classes, (from + 1) * classes), i * classes);
  }
  return picked;
}
