import type { Scored, Verdicts } from './scored.ts';

/** Probability below which a cross-entropy stops growing (Keras' epsilon; training measures with the same one). */
export const LEAST_PROBABILITY = 1e-7;

/** [image], cross-entropy in nats. */
export function logLosses(
  { labelProbability }: Pick<Verdicts, 'labelProbability'>,
  least = LEAST_PROBABILITY,
): Float64Array {
  return labelProbability.map((probability) => -Math.log(Math.max(least, probability)));
}

/**
 * [image], squared distance between the probabilities and the truth (Brier 1950); for two classes half of it, which is that of
 * the second class alone (as scikit-learn has it).
 */
export function brierScores({ classes, labels, probabilities }: Scored): Float64Array {
  const scale = classes === 2 ? 0.5 : 1;
  return Float64Array.from(labels, (label, i) => {
    let total = 0;
    for (let k = 0; k < classes; k++) {
      const distance = (probabilities[i * classes + k] as number) - (k === label ? 1 : 0);
      total += distance * distance;
    }
    return total * scale;
  });
}

/** Share of images whose label is among the k likeliest classes; null without images. */
export function topKAccuracy({ rank }: Pick<Verdicts, 'rank'>, k: number): number | null {
  let hits = 0;
  for (const place of rank) if (place < k) hits++;
  return rank.length ? hits / rank.length : null;
}

/** Null without values. */
export function mean(values: ArrayLike<number>): number | null {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return values.length ? total / values.length : null;
}
