import type { ImageRecord } from '../../dataset/types.ts';
import type { ComparedAlgorithm } from '../../protocol/baseline.ts';
import { mixSeed, permutation, seededRandom } from '../../random.ts';
import { mcnemar } from '../hypothesis-tests.ts';
import { stratifiedFolds } from '../probes/folds.ts';
import { algorithms } from './algorithms.ts';
import { crossValidate } from './cross-validate.ts';

/** Images described by one kind of features. */
export interface FeatureSet {
  /** What a user reads, e.g. `mobilenet-v2 (weights.pth)`. */
  name: string;
  /** [image, size] */
  features: Float32Array;
  size: number;
  /** Milliseconds to compute the features of one image; null: they were there already. */
  describeMs: number | null;
}

export interface AlgorithmComparison {
  images: number;
  folds: number;
  /** The most accurate first. */
  algorithms: ComparedAlgorithm[];
}

export interface CompareOptions {
  classes: number;
  seed: number;
  onProgress?: (title: string, done: number, total: number) => void;
  signal?: AbortSignal;
}

const FOLDS = 5;

/** All algorithms on all features, cross-validated on the same folds. Needs an active TensorFlow.js backend. */
export function compareAlgorithms(
  sets: readonly FeatureSet[],
  images: Pick<ImageRecord, 'label' | 'group' | 'hash'>[],
  { classes, seed, onProgress, signal }: CompareOptions,
): AlgorithmComparison {
  const labels = Uint32Array.from(images, ({ label }) => label);
  const folds = stratifiedFolds(images, FOLDS, seed);
  const scores = sets.flatMap(({ name, features, size, describeMs }) =>
    algorithms.map((algorithm) => ({
      features: name,
      describeMs,
      ...crossValidate(
        algorithm,
        { features, size, labels, classes },
        {
          folds,
          seed,
          ...(signal && { signal }),
          onProgress: (done, total) => onProgress?.(algorithm.title, done, total),
        },
      ),
    })),
  );
  scores.sort((a, b) => b.accuracy.value - a.accuracy.value || a.logLoss - b.logLoss);
  const best = scores[0]?.right ?? new Uint8Array();
  return {
    images: images.length,
    folds: FOLDS,
    algorithms: scores.map(({ right, ...score }) => ({ ...score, p: probabilityOfEqual(right, best) })),
  };
}

function probabilityOfEqual(one: Uint8Array, other: Uint8Array): number {
  let [onlyOne, onlyOther] = [0, 0];
  one.forEach((right, i) => {
    if (right > (other[i] as number)) onlyOne++;
    else if (right < (other[i] as number)) onlyOther++;
  });
  return mcnemar(onlyOne, onlyOther).p;
}

/**
 * Positions of at most `limit` images by chance, each class with its share (at least one image): what an algorithm whose time grows with
 * the square of the images can be tried on. In order.
 */
export function sampleByClass(labels: readonly number[], limit: number, seed: number): Uint32Array {
  if (labels.length <= limit) return Uint32Array.from(labels.keys());
  const order = permutation(labels.length, seededRandom(mixSeed(seed, limit)));
  const totals = new Map<number, number>();
  for (const label of labels) totals.set(label, (totals.get(label) ?? 0) + 1);
  const share = limit / labels.length;
  const left = new Map([...totals].map(([label, total]) => [label, Math.max(1, Math.floor(total * share))]));
  const chosen = order.filter((i) => {
    const label = labels[i] as number;
    const room = left.get(label) ?? 0;
    left.set(label, room - 1);
    return room > 0;
  });
  return chosen.sort();
}
