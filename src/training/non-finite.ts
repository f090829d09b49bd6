import { Problem } from '../problem.ts';
import type { TrainProgress } from './progress.ts';

/** @param what what is no number any more, e.g. `The loss`. */
export function nonFinite(what: string, progress: Pick<TrainProgress, 'epoch' | 'step'>): Problem {
  return new Problem(
    'non-finite',
    `${what} became infinite or not a number at step ${progress.step + 1} (epoch ${progress.epoch + 1}). The last good checkpoint is kept.`,
    'Most often the learning rate is too high: duplicate the run with a tenth of training.learningRate.',
  );
}
