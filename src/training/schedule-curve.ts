import { defaultConfig, type OptimizerConfig, type RunConfig } from './config.ts';
import { stepsPerEpoch } from './order.ts';
import { ratesAt } from './schedule.ts';
import { segmentsOf } from './segments.ts';

export interface SchedulePoint {
  /** Counts from 1 over the whole run, as a `step` event has it. */
  step: number;
  /** Epochs done when the step begins, with fractions. */
  epoch: number;
  learningRate: number;
  momentum: number;
  /** Counts from 0; null: the run has no phases. */
  phase: number | null;
}

export interface ScheduleCurve {
  points: SchedulePoint[];
  steps: number;
  /** Why the run's own curve will differ: plateau waits for the figures, a time budget for the machine; null: it won't. */
  depends: 'plateau' | 'time-budget' | null;
}

/**
 * Learning rate and momentum over the whole run that a config describes. Under a time budget `training.epochs` stands for the
 * epochs that will fit, and the default batch size for one that is found when the run begins.
 * @param images of the training split, ≥ 1
 * @param most points of the curve, ≥ 2; the first and the last step are always there
 */
export function scheduleCurve(
  { input, training }: Pick<RunConfig, 'input' | 'training'>,
  images: number,
  most = 500,
): ScheduleCurve {
  const points: SchedulePoint[] = [];
  const passes = segmentsOf({ input, training }, []).map((segment) => {
    const perEpoch = stepsPerEpoch(images, segment.batchSize || defaultConfig.training.batchSize);
    return { ...segment, perEpoch, steps: segment.epochs * perEpoch };
  });
  const steps = passes.reduce((sum, pass) => sum + pass.steps, 0);
  const every = Math.max(1, (steps - 1) / (most - 1));
  let before = 0;
  let epochs = 0;
  let next = 0;
  for (const pass of passes) {
    for (; next < before + pass.steps - 1e-9; next += every) {
      const step = Math.round(next) - before;
      const position = { step, steps: pass.steps, stepsPerEpoch: pass.perEpoch, drops: 0 };
      const { learningRate, momentum } = ratesAt(training.schedule, pass.learningRate, position);
      points.push({
        step: before + step + 1,
        epoch: epochs + step / pass.perEpoch,
        learningRate,
        momentum: momentum ?? momentumOf(training.optimizer),
        phase: pass.phase,
      });
    }
    before += pass.steps;
    epochs += pass.epochs;
  }
  const depends = training.schedule.name === 'plateau' ? 'plateau' : training.timeBudget > 0 ? 'time-budget' : null;
  return { points, steps, depends };
}

/** What a schedule moves as "momentum". */
function momentumOf({ name, momentum, beta1 }: OptimizerConfig): number {
  return name === 'sgd' || name === 'rmsprop' ? momentum : beta1;
}
