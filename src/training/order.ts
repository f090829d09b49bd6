import { mixSeed, permutation, seededRandom } from '../random.ts';

/** Keeps the order's random numbers apart from those of other uses of the same seed. */
const ORDER = 0x0bde7;

/** The training images in the order of one epoch (counted from 0); depends on nothing but its arguments. */
export function epochOrder(images: Uint32Array, seed: number, epoch: number): Uint32Array {
  return permutation(images.length, seededRandom(mixSeed(seed, ORDER, epoch))).map((at) => images[at] as number);
}

/**
 * Whole batches of an epoch; what is left over sits out and comes at another place in the next epoch's order. A training set
 * smaller than one batch is one batch.
 */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.max(1, Math.floor(images / batchSize));
}
