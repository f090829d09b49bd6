import { mixSeed, permutation, seededRandom } from '../random.ts';
import type { TrainingConfig } from './config.ts';
import { epochOrder } from './order.ts';

type Sampling = TrainingConfig['sampling'];

/** Keeps the turns' random numbers apart from those of other uses of the same seed. */
const TURNS = 0x7a93;

/** Images of each class in an epoch: `over` brings every class that has images to the largest's number, `under` to the smallest's. */
export function sampledCounts(counts: readonly number[], sampling: Sampling): number[] {
  const present = counts.filter((count) => count > 0);
  if (sampling === 'none' || present.length === 0) return [...counts];
  const target = sampling === 'over' ? Math.max(...present) : Math.min(...present);
  return counts.map((count) => (count > 0 ? target : 0));
}

export interface SamplingOptions {
  sampling: Sampling;
  seed: number;
  /** Counted from 0. */
  epoch: number;
}

/**
 * The training images of one epoch, in its order; depends on nothing but its arguments. Under a sampling the images of a class
 * take turns over the epochs, so that none comes more than once oftener than another.
 * @param labels [image], class index of each of `images`
 */
export function sampledOrder(
  images: Uint32Array,
  labels: ArrayLike<number>,
  { sampling, seed, epoch }: SamplingOptions,
): Uint32Array {
  if (sampling === 'none') return epochOrder(images, seed, epoch);
  const byClass: number[][] = [];
  images.forEach((image, i) => {
    const label = labels[i] as number;
    const members = byClass[label] ?? [];
    members.push(image);
    byClass[label] = members;
  });
  const targets = sampledCounts(
    Array.from(byClass, (members) => members?.length ?? 0),
    sampling,
  );
  const chosen = targets.flatMap((target, label) => turns(byClass[label] ?? [], target, { seed, label, epoch }));
  return epochOrder(Uint32Array.from(chosen), seed, epoch);
}

/** `count` members of a class: the epoch's piece of an endless row of permutations of all members. */
function turns(members: number[], count: number, at: { seed: number; label: number; epoch: number }): number[] {
  const permutations = new Map<number, Uint32Array>();
  return Array.from({ length: count }, (_, i) => {
    const position = at.epoch * count + i;
    const round = Math.floor(position / members.length);
    let order = permutations.get(round);
    if (!order) {
      order = permutation(members.length, seededRandom(mixSeed(at.seed, TURNS, at.label, round)));
      permutations.set(round, order);
    }
    return members[order[position % members.length] as number] as number;
  });
}
