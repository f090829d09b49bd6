import { MatrixOnBackend } from '../probes/matrix.ts';
import { keepLargest, TEMPERATURE, unitRows } from '../probes/nearest.ts';
import type { Algorithm, Classifier, LabelledRows } from './classifier.ts';

const CHUNK = 512;

/** The k most similar rows by cosine vote, each with e^(similarity / 0.07). */
export const nearestNeighbourVote: Algorithm = {
  name: 'knn',
  title: 'Nearest neighbours',
  settings: [50, 20, 5],
  setting: 'k',
  interpretability: 'Shows the very images that an answer comes from.',
  clarity: 3,
  begin(train) {
    const kept = { ...train, features: unitRows(train.features, train.size) };
    return { fit: (k) => classifierOf(kept, k), dispose: () => undefined };
  },
};

/** @param kept rows of length 1 */
function classifierOf(kept: LabelledRows, k: number): Classifier {
  const { features, size, labels, classes } = kept;
  return {
    bytes: features.byteLength + labels.byteLength,
    probabilities(asked) {
      const rows = asked.length / size;
      const result = new Float32Array(rows * classes);
      const matrix = new MatrixOnBackend(features, labels.length, size);
      try {
        for (let from = 0; from < rows; from += CHUNK) {
          const to = Math.min(rows, from + CHUNK);
          const block = matrix.productsWith(unitRows(asked.subarray(from * size, to * size), size), to - from);
          for (let i = from; i < to; i++) {
            const similarities = block.subarray((i - from) * labels.length, (i - from + 1) * labels.length);
            vote(similarities, labels, k, result.subarray(i * classes, (i + 1) * classes));
          }
        }
      } finally {
        matrix.dispose();
      }
      return result;
    },
  };
}

function vote(similarities: Float32Array, labels: Uint32Array, k: number, into: Float32Array): void {
  const positions = new Int32Array(k).fill(-1);
  const values = new Float32Array(k).fill(Number.NEGATIVE_INFINITY);
  keepLargest(similarities, positions, values);
  let sum = 0;
  for (let at = 0; at < k && (positions[at] as number) >= 0; at++) {
    const label = labels[positions[at] as number] as number;
    const weight = Math.exp(((values[at] as number) - 1) / TEMPERATURE);
    into[label] = (into[label] as number) + weight;
    sum += weight;
  }
  for (let c = 0; c < into.length; c++) into[c] = sum > 0 ? (into[c] as number) / sum : 1 / into.length;
}
