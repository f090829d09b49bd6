import { splitUnits } from '../../dataset/split-units.ts';
import type { ImageRecord } from '../../dataset/types.ts';
import type { Baseline, Share } from '../../protocol/baseline.ts';
import { stratifiedFolds } from './folds.ts';
import { crossValidateProbe } from './linear-probe.ts';
import { nearestNeighbours, voteOfNeighbours } from './nearest.ts';

export interface BaselineOptions {
  seed: number;
  onProgress?: (what: 'neighbours' | 'probe', done: number, total: number) => void;
  signal?: AbortSignal;
}

const FOLDS = 5;
const NEIGHBOURS = 20;
const SHOWN_PAIRS = 8;
/** Images that are named of a pair. */
const EXAMPLES = 12;
/** Of a normal distribution: 95 % lie within. */
const Z = 1.959964;

/**
 * What can be expected of these images before anything is trained: a vote of the nearest neighbours and a linear probe on features that a
 * pretrained network gives. Needs an active TensorFlow.js backend.
 * @param features [image, size]
 */
export function instantBaseline(
  features: Float32Array,
  size: number,
  images: Pick<ImageRecord, 'path' | 'label' | 'group' | 'hash'>[],
  classes: string[],
  { seed, onProgress, signal }: BaselineOptions,
): Baseline {
  const labels = Uint32Array.from(images, ({ label }) => label);
  onProgress?.('neighbours', 0, 1);
  const neighbours = nearestNeighbours(features, size, unitsOf(images), NEIGHBOURS);
  const voted = voteOfNeighbours(neighbours, labels, classes.length);
  const folds = stratifiedFolds(images, FOLDS, seed);
  const { predicted, strength } = crossValidateProbe(features, size, labels, {
    classes: classes.length,
    folds,
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.('probe', done, total),
  });
  const perClass = classes.map((label, at) => {
    const own = [...labels.keys()].filter((i) => labels[i] === at);
    const right = own.filter((i) => predicted[i] === at).length;
    return { label, images: own.length, recall: own.length === 0 ? null : shareOf(right, own.length) };
  });
  const accuracy = accuracyOf(predicted, labels);
  return {
    images: images.length,
    folds: FOLDS,
    neighbours: { k: NEIGHBOURS, accuracy: accuracyOf(voted, labels) },
    probe: { strength, accuracy },
    perClass,
    hard: perClass
      .flatMap(({ label, recall }) => (recall && recall.high < accuracy.low ? [{ label, recall: recall.value }] : []))
      .sort((a, b) => a.recall - b.recall)
      .map(({ label }) => label),
    confused: confusedPairs(predicted, images, classes),
  };
}

/** Wilson's interval of a share: right also where all or none count. */
export function shareOf(count: number, total: number): Share {
  if (total === 0) return { value: Number.NaN, low: 0, high: 1 };
  const p = count / total;
  const center = p + (Z * Z) / (2 * total);
  const spread = Z * Math.sqrt((p * (1 - p)) / total + (Z * Z) / (4 * total * total));
  const scale = 1 + (Z * Z) / total;
  return { value: p, low: Math.max(0, (center - spread) / scale), high: Math.min(1, (center + spread) / scale) };
}

function accuracyOf(predicted: Uint32Array, labels: Uint32Array): Share {
  return shareOf(predicted.filter((label, i) => label === labels[i]).length, labels.length);
}

/** [image], the number of the unit that each belongs to. */
function unitsOf(images: Pick<ImageRecord, 'group' | 'hash'>[]): Uint32Array {
  const units = new Uint32Array(images.length);
  for (const [number, unit] of splitUnits(images, [...images.keys()]).entries()) {
    for (const i of unit) units[i] = number;
  }
  return units;
}

function confusedPairs(
  predicted: Uint32Array,
  images: Pick<ImageRecord, 'path' | 'label' | 'hash'>[],
  classes: string[],
): Baseline['confused'] {
  const pairs = new Map<number, number[]>();
  predicted.forEach((guess, i) => {
    const label = images[i]?.label ?? guess;
    if (guess === label) return;
    const pair = label * classes.length + guess;
    const own = pairs.get(pair);
    if (own) own.push(i);
    else pairs.set(pair, [i]);
  });
  return [...pairs]
    .sort((a, b) => b[1].length - a[1].length || a[0] - b[0])
    .slice(0, SHOWN_PAIRS)
    .map(([pair, own]) => ({
      label: classes[Math.floor(pair / classes.length)] as string,
      predicted: classes[pair % classes.length] as string,
      images: own.length,
      examples: own.slice(0, EXAMPLES).map((i) => {
        const { path, hash } = images[i] as ImageRecord;
        return { path, hash };
      }),
    }));
}
