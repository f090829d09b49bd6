import { splitUnits } from '../../dataset/split-units.ts';
import type { ImageRecord } from '../../dataset/types.ts';
import { mixSeed, permutation, seededRandom } from '../../random.ts';

/**
 * Stratified folds of units that must not part (groups, byte-identical images): each unit, the large ones first, goes to the fold that has
 * the smallest share of its class. Equal arguments give equal folds.
 * @returns [image], the fold of each, 0 … folds − 1
 */
export function stratifiedFolds(
  images: Pick<ImageRecord, 'label' | 'group' | 'hash'>[],
  folds: number,
  seed: number,
): Uint8Array {
  const all = [...images.keys()];
  const units = splitUnits(images, all);
  const order = permutation(units.length, seededRandom(mixSeed(seed, folds)));
  const shuffled = [...order].map((i) => units[i] as number[]).sort((a, b) => b.length - a.length);
  const counts = Array.from({ length: folds }, () => new Map<number, number>());
  const sizes = new Uint32Array(folds);
  const result = new Uint8Array(images.length);
  for (const unit of shuffled) {
    const label = images[unit[0] as number]?.label ?? 0;
    const fold = leastFilled(counts, sizes, label);
    for (const i of unit) {
      const own = images[i]?.label ?? 0;
      counts[fold]?.set(own, (counts[fold]?.get(own) ?? 0) + 1);
      result[i] = fold;
    }
    sizes[fold] = (sizes[fold] as number) + unit.length;
  }
  return result;
}

/** The fold with the fewest of `label`; of equal ones the smallest, then the first. */
function leastFilled(counts: Map<number, number>[], sizes: Uint32Array, label: number): number {
  let best = 0;
  for (let fold = 1; fold < counts.length; fold++) {
    const difference = (counts[fold]?.get(label) ?? 0) - (counts[best]?.get(label) ?? 0);
    if (difference < 0 || (difference === 0 && (sizes[fold] as number) < (sizes[best] as number))) best = fold;
  }
  return best;
}
