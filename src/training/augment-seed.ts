import { mixSeed } from '../random.ts';

/** Keeps augmentation's random numbers apart from those of other uses of the same seed. */
const AUGMENT = 0xa06a;

/** The seed of a run's augmentation. @param seed `RunConfig.seed` */
export function augmentSeed(seed: number): number {
  return mixSeed(seed, AUGMENT);
}
