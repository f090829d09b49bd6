import type { ClassWeightsConfig } from './config.ts';

/**
 * Factor of each class's loss, 1 on average over the images; null: none. A class without images gets 1.
 * inverse: N / (K · n_c), with K the classes that have images (scikit-learn's `balanced`);
 * effective-number: ∝ (1 − β) / (1 − β^n_c) (Cui et al. 2019).
 * @param counts images of each class in an epoch
 */
export function classWeightsOf({ name, beta }: ClassWeightsConfig, counts: readonly number[]): number[] | null {
  if (name === 'none') return null;
  const raw = counts.map((count) => {
    if (count === 0) return 0;
    return name === 'inverse' ? 1 / count : (1 - beta) / (1 - beta ** count);
  });
  const images = counts.reduce((sum, count) => sum + count, 0);
  const total = raw.reduce((sum, weight, label) => sum + weight * (counts[label] as number), 0);
  return raw.map((weight) => (weight === 0 ? 1 : (weight * images) / total));
}
