import type { ComparedAlgorithm } from '../../protocol/baseline.ts';
import { argmax } from '../metrics.ts';
import { shareOf } from '../probes/baseline.ts';
import type { Algorithm, AlgorithmName, LabelledRows } from './classifier.ts';

/** How an algorithm does on rows that it has not seen. */
export interface AlgorithmScore extends Omit<ComparedAlgorithm, 'features' | 'describeMs' | 'p'> {
  name: AlgorithmName;
  /** [row], 1 where it was right. */
  right: Uint8Array;
}

export interface CrossValidateOptions {
  /** [row], fold of each. */
  folds: Uint8Array;
  seed: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const LEAST_PROBABILITY = 1e-15;

/** Small enough that no sum of losses (at most 35 a row) outweighs one right answer in a million rows. */
const TIE_BREAK = 1e-8;

interface Trial {
  /** [row of the fold], 1 where it was right. */
  right: Uint8Array;
  loss: number;
  fitMs: number;
  predictMs: number;
  bytes: number;
}

/**
 * Each fold is predicted by a classifier that was fitted to the others, once with each setting. The setting of a fold is the one that did best
 * on the other folds, so that the figures are not flattered by the choice. Needs an active TensorFlow.js backend.
 * @throws the signal's reason when aborted
 */
export function crossValidate(algorithm: Algorithm, data: LabelledRows, options: CrossValidateOptions): AlgorithmScore {
  const { folds, seed, onProgress, signal } = options;
  const count = Math.max(...folds) + 1;
  const trials: Trial[][] = [];
  for (let fold = 0; fold < count; fold++) {
    const [train, test] = [rowsWhere(data, (i) => folds[i] !== fold), rowsWhere(data, (i) => folds[i] === fold)];
    const started = performance.now();
    const fitting = algorithm.begin(train, { seed });
    const sharedMs = performance.now() - started;
    try {
      trials.push(
        algorithm.settings.map((setting, at) => {
          signal?.throwIfAborted();
          const begun = performance.now();
          const classifier = fitting.fit(setting);
          const fitted = performance.now();
          const probabilities = classifier.probabilities(test.features);
          const predictMs = performance.now() - fitted;
          onProgress?.(fold * algorithm.settings.length + at + 1, count * algorithm.settings.length);
          return {
            ...judge(probabilities, test),
            fitMs: sharedMs + fitted - begun,
            predictMs,
            bytes: classifier.bytes,
          };
        }),
      );
    } finally {
      fitting.dispose();
    }
  }
  return summarise(algorithm, trials, folds);
}

function summarise(algorithm: Algorithm, trials: Trial[][], folds: Uint8Array): AlgorithmScore {
  const { name, title, settings, setting, interpretability, clarity } = algorithm;
  const merits = trials.map((fold) => fold.map(meritOf));
  const totals = settings.map((_, at) => sum(merits, (fold) => fold[at] as number));
  const chosen = merits.map((fold) => argmax(settings.map((_, at) => (totals[at] as number) - (fold[at] as number))));
  const used = trials.map((fold, i) => fold[chosen[i] as number] as Trial);
  const right = mergeFolds(
    used.map((trial) => trial.right),
    folds,
  );
  const images = folds.length;
  return {
    name,
    title,
    setting: `${setting} = ${settings[argmax(settings.map((_, at) => chosen.filter((one) => one === at).length))]}`,
    accuracy: shareOf(
      sum(right, (one) => one),
      images,
    ),
    logLoss: sum(used, ({ loss }) => loss) / images,
    fitSeconds: sum(used, ({ fitMs }) => fitMs) / used.length / 1000,
    predictMs: sum(used, ({ predictMs }) => predictMs) / images,
    bytes: Math.round(sum(used, ({ bytes }) => bytes) / used.length),
    interpretability,
    clarity,
    right,
  };
}

/** Right answers; of settings with equally many that one is better whose probabilities are. */
function meritOf({ right, loss }: Trial): number {
  return sum(right, (one) => one) - loss * TIE_BREAK;
}

/** What belongs to the rows of each fold, in the order of the rows. */
function mergeFolds(parts: readonly Uint8Array[], folds: Uint8Array): Uint8Array {
  const next = new Uint32Array(parts.length);
  return folds.map((fold) => {
    const at = next[fold] as number;
    next[fold] = at + 1;
    return parts[fold]?.[at] ?? 0;
  });
}

function sum<T>(values: ArrayLike<T>, of: (value: T) => number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += of(values[i] as T);
  return total;
}

function judge(probabilities: Float32Array, { labels, classes }: LabelledRows): Pick<Trial, 'right' | 'loss'> {
  const right = new Uint8Array(labels.length);
  let loss = 0;
  labels.forEach((label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    right[i] = argmax(row) === label ? 1 : 0;
    loss -= Math.log(Math.max(LEAST_PROBABILITY, row[label] as number));
  });
  return { right, loss };
}

function rowsWhere({ features, size, labels, classes }: LabelledRows, isChosen: (i: number) => boolean): LabelledRows {
  const rows = [...labels.keys()].filter(isChosen);
  const chosen = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    chosen.set(features.subarray(row * size, (row + 1) * size), i * size);
  });
  return { features: chosen, size, labels: Uint32Array.from(rows, (row) => labels[row] as number), classes };
}
