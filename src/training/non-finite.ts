import { Problem } from '../problem.ts';
import type { RunConfig } from './config.ts';
import type { TrainProgress } from './progress.ts';

/** What is known at the step that went wrong. */
export interface StepFacts {
  config: RunConfig;
  learningRate: number;
  /** Losses of the steps before, the last one last. */
  losses: readonly number[];
}

/** The loss rose to this many times the lowest of the last steps: it did not come out of nowhere. */
const DIVERGED = 3;

/**
 * @param what what is no number any more, e.g. `The loss`
 * @param facts to find the cause by, where there are any
 */
export function nonFinite(what: string, progress: Pick<TrainProgress, 'epoch' | 'step'>, facts?: StepFacts): Problem {
  const { cause, advice } = facts ? diagnose(facts) : { cause: '', advice: lowerRate };
  return new Problem(
    'non-finite',
    `${what} became infinite or not a number at step ${progress.step + 1} (epoch ${progress.epoch + 1}).${cause} The last good checkpoint is kept.`,
    advice,
  );
}

const lowerRate = 'Most often the learning rate is too high: duplicate the run with a tenth of training.learningRate.';

function diagnose({ config, learningRate, losses }: StepFacts): { cause: string; advice: string } {
  const { training, engine } = config;
  const last = losses.at(-1);
  if (last === undefined) {
    return {
      cause: ' It was the first step: what the network was given, or its first weights, are out of range.',
      advice: 'Check input.normalize and the images, and duplicate the run with engine.precision float32.',
    };
  }
  const lowest = Math.min(...losses);
  if (last > DIVERGED * lowest) {
    return {
      cause: ` The loss had risen from ${figure(lowest)} to ${figure(last)} at learning rate ${figure(learningRate)}: the training diverged.`,
      advice: `Duplicate the run with a tenth of training.learningRate${training.schedule.warmUp > 0 ? '' : ', or with training.schedule.warmUp=1'}.`,
    };
  }
  const before = ` It came from one step to the next, after a loss of ${figure(last)}`;
  if (engine.precision === 'mixed') {
    return {
      cause: `${before}: a number too large for mixed precision is likely.`,
      advice: 'Duplicate the run with engine.precision float32.',
    };
  }
  if (training.clip.norm > 0 || training.clip.value > 0) return { cause: `${before}.`, advice: lowerRate };
  return {
    cause: `${before}: one huge gradient is likely.`,
    advice: 'Duplicate the run with training.clip.norm=1, or with a tenth of training.learningRate.',
  };
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
