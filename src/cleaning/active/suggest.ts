import { keepIfLarge } from '../../evaluation/probes/nearest.ts';

/** A neighbour's vote counts e^(similarity / this), as in `evaluation/probes/nearest.ts`. */
const TEMPERATURE = 0.07;

export interface Suggestions {
  /** [image, classes], each row sums to 1. */
  probabilities: Float32Array;
  /** [image], 1 − cosine to the nearest labelled image, 0–2. */
  distance: Float32Array;
}

/**
 * What the labelled images say of the others: weighted votes of the k most similar ones by cosine (Wu et al. 2018).
 * @param features [image, size], rows of length 1
 * @param labelled [labelled image, size], rows of length 1; at least one
 * @param labels [labelled image]
 */
export function suggestClasses(
  features: Float32Array,
  labelled: Float32Array,
  labels: Uint32Array,
  { size, classes, k = 20 }: { size: number; classes: number; k?: number },
): Suggestions {
  const images = features.length / size;
  const probabilities = new Float32Array(images * classes);
  const distance = new Float32Array(images);
  const most = Math.min(k, labels.length);
  for (let i = 0; i < images; i++) {
    const positions = new Int32Array(most).fill(-1);
    const similarities = new Float32Array(most).fill(Number.NEGATIVE_INFINITY);
    for (let j = 0; j < labels.length; j++)
      keepIfLarge(j, dot(features, i, labelled, j, size), positions, similarities);
    distance[i] = 1 - (similarities[0] as number);
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    let sum = 0;
    for (let at = 0; at < most; at++) {
      const vote = Math.exp(((similarities[at] as number) - (similarities[0] as number)) / TEMPERATURE);
      const label = labels[positions[at] as number] as number;
      row[label] = (row[label] as number) + vote;
      sum += vote;
    }
    for (let c = 0; c < classes; c++) row[c] = (row[c] as number) / sum;
  }
  return { probabilities, distance };
}

/** Cosine of two rows of length 1. */
export function dot(a: Float32Array, i: number, b: Float32Array, j: number, size: number): number {
  let sum = 0;
  for (let n = 0, x = i * size, y = j * size; n < size; n++) sum += (a[x + n] as number) * (b[y + n] as number);
  return sum;
}
