import { MatrixOnBackend } from './matrix.ts';

/** A neighbour's vote counts e^(similarity / this) (Wu et al. 2018, and the k-NN of DINO). */
export const TEMPERATURE = 0.07;
const CHUNK = 512;

export interface Neighbours {
  /** [image, k], positions, the most similar first. Fewer than k images to choose from: −1. */
  positions: Int32Array;
  /** [image, k], cosine. */
  similarities: Float32Array;
  k: number;
}

/**
 * The k most similar images of each one by cosine, those of its own unit (itself, its group, its copies) left out.
 * @param features [image, size]
 * @param units [image], equal for images that must not vote for each other
 */
export function nearestNeighbours(features: Float32Array, size: number, units: Uint32Array, k: number): Neighbours {
  const images = units.length;
  const matrix = new MatrixOnBackend(unitRows(features, size), images, size);
  const positions = new Int32Array(images * k).fill(-1);
  const similarities = new Float32Array(images * k).fill(Number.NEGATIVE_INFINITY);
  try {
    for (let from = 0; from < images; from += CHUNK) {
      const to = Math.min(images, from + CHUNK);
      const block = matrix.similarities(from, to);
      for (let i = from; i < to; i++) {
        const row = block.subarray((i - from) * images, (i - from + 1) * images);
        const into = {
          positions: positions.subarray(i * k, (i + 1) * k),
          values: similarities.subarray(i * k, (i + 1) * k),
        };
        keepLargest(row, into.positions, into.values, (j) => units[j] === units[i]);
      }
    }
  } finally {
    matrix.dispose();
  }
  return { positions, similarities, k };
}

/** Class of each image by its neighbours' weighted votes; of equal ones the first. @param labels [image] */
export function voteOfNeighbours(neighbours: Neighbours, labels: Uint32Array, classes: number): Uint32Array {
  const { positions, similarities, k } = neighbours;
  return Uint32Array.from(labels, (_, i) => {
    const votes = new Float64Array(classes);
    for (let at = i * k; at < (i + 1) * k; at++) {
      const position = positions[at] as number;
      if (position < 0) break;
      const label = labels[position] as number;
      votes[label] = (votes[label] as number) + Math.exp(((similarities[at] as number) - 1) / TEMPERATURE);
    }
    return votes.indexOf(Math.max(...votes));
  });
}

/**
 * The largest values of a row and where they are, the largest first; of equal ones the first.
 * @param positions [k], filled with −1
 * @param values [k], filled with −∞
 */
export function keepLargest(
  row: Float32Array,
  positions: Int32Array,
  values: Float32Array,
  isLeftOut: (position: number) => boolean = () => false,
): void {
  const last = values.length - 1;
  for (let j = 0; j < row.length; j++) {
    const similarity = row[j] as number;
    if (similarity <= (values[last] as number) || isLeftOut(j)) continue;
    keepIfLarge(j, similarity, positions, values);
  }
}

/** Takes one more value in, if it is larger than one of those kept; of equal ones the first stays before. Arrays as in `keepLargest`. */
export function keepIfLarge(position: number, value: number, positions: Int32Array, values: Float32Array): void {
  let at = values.length - 1;
  if (value <= (values[at] as number)) return;
  while (at > 0 && (values[at - 1] as number) < value) {
    values[at] = values[at - 1] as number;
    positions[at] = positions[at - 1] as number;
    at--;
  }
  values[at] = value;
  positions[at] = position;
}

/** Rows of length 1; a row of zeros stays. */
export function unitRows(features: Float32Array, size: number): Float32Array {
  const result = features.slice();
  for (let start = 0; start < result.length; start += size) {
    const row = result.subarray(start, start + size);
    let sum = 0;
    for (const value of row) sum += value * value;
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let i = 0; i < size; i++) row[i] = (row[i] as number) * scale;
  }
  return result;
}
