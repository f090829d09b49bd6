import type { ScheduleConfig } from './config.ts';

export interface SchedulePosition {
  /** Steps done in this pass of the schedule, 0 … steps − 1. A phase and a continuation are passes of their own. */
  step: number;
  /** Steps of the whole pass, ≥ 1. */
  steps: number;
  stepsPerEpoch: number;
  /** Drops of plateau in this pass so far. */
  drops: number;
}

export interface Rates {
  learningRate: number;
  /** Null: as the optimizer says. */
  momentum: number | null;
}

/**
 * Learning rate and momentum of the next step. With p the share of the steps after the warm-up, e the epochs after it and η the
 * peak:
 * step: η · factor^⌊e / stepEpochs⌋ (PyTorch's StepLR); exponential: η · decay^e (Keras' ExponentialDecay);
 * polynomial: η_end + (η − η_end)(1 − p)^power (Keras); cosine: half a cosine from η to η_end; one-cycle and flat-cos: fastai's
 * `combined_cos`; triangular, exp-range: Smith 2017; sgdr: Loshchilov 2017, as Keras' CosineDecayRestarts;
 * plateau: η · factor^drops.
 */
export function ratesAt(schedule: ScheduleConfig, peak: number, position: SchedulePosition): Rates {
  const { step, steps, stepsPerEpoch } = position;
  const warmUp = warmUpSteps(schedule, position);
  if (step < warmUp) {
    const { warmUpStart } = schedule;
    const learningRate = peak * (warmUpStart + (1 - warmUpStart) * (step / warmUp));
    return { learningRate, momentum: momentumAt(schedule, 0) };
  }
  const share = (step - warmUp) / Math.max(1, steps - warmUp);
  const factor = factorAt(schedule, share, { epochs: (step - warmUp) / stepsPerEpoch, drops: position.drops });
  return { learningRate: peak * factor, momentum: momentumAt(schedule, share) };
}

/** Cycles that have ended before the step at `position`: sgdr takes a snapshot where the number grows. Other schedules have none. */
export function cyclesDone(schedule: ScheduleConfig, position: SchedulePosition): number {
  if (schedule.name !== 'sgdr') return 0;
  const warmUp = warmUpSteps(schedule, position);
  if (position.step < warmUp) return 0;
  const share = (position.step - warmUp) / Math.max(1, position.steps - warmUp);
  return share >= 1 ? schedule.cycles : cycleAt(schedule, share).number;
}

function warmUpSteps({ warmUp }: ScheduleConfig, { steps, stepsPerEpoch }: SchedulePosition): number {
  return Math.min(Math.round(warmUp * stepsPerEpoch), steps - 1);
}

/** Share of the peak rate. */
function factorAt(schedule: ScheduleConfig, share: number, at: { epochs: number; drops: number }): number {
  const { endFactor } = schedule;
  switch (schedule.name) {
    case 'constant':
      return 1;
    case 'step':
      // Rounding must not move a drop to the step after it.
      return schedule.factor ** Math.floor(at.epochs / schedule.stepEpochs + 1e-9);
    case 'exponential':
      return schedule.decay ** at.epochs;
    case 'polynomial':
      return endFactor + (1 - endFactor) * (1 - share) ** schedule.power;
    case 'cosine':
      return cosineBetween(1, endFactor, share);
    case 'one-cycle':
      return share < schedule.peakAt
        ? cosineBetween(1 / schedule.startDivisor, 1, share / schedule.peakAt)
        : cosineBetween(1, 1 / schedule.endDivisor, (share - schedule.peakAt) / (1 - schedule.peakAt));
    case 'triangular':
      return triangle(schedule, share, 1);
    case 'exp-range':
      return triangle(schedule, share, schedule.decay ** at.epochs);
    case 'sgdr': {
      const cycle = cycleAt(schedule, share);
      return endFactor + (1 - endFactor) * schedule.peakFactor ** cycle.number * cosineBetween(1, 0, cycle.share);
    }
    case 'flat-cos':
      return share < schedule.flatShare
        ? 1
        : cosineBetween(1, endFactor, (share - schedule.flatShare) / (1 - schedule.flatShare));
    case 'plateau':
      return Math.max(endFactor, schedule.factor ** at.drops);
  }
}

function momentumAt({ name, momentumHigh, momentumLow, peakAt }: ScheduleConfig, share: number): number | null {
  if (name !== 'one-cycle' || momentumHigh === 0 || momentumLow === 0) return null;
  return share < peakAt
    ? cosineBetween(momentumHigh, momentumLow, share / peakAt)
    : cosineBetween(momentumLow, momentumHigh, (share - peakAt) / (1 - peakAt));
}

/** @param height of the cycle's top above its base, as a share of the first one's. */
function triangle({ cycles, baseFactor }: ScheduleConfig, share: number, height: number): number {
  const within = (share * cycles) % 1;
  return baseFactor + (1 - baseFactor) * height * (1 - Math.abs(2 * within - 1));
}

/** Cycle i lasts T_0 · cycleFactor^i, with T_0 such that all cycles fill the pass. */
function cycleAt({ cycles, cycleFactor }: ScheduleConfig, share: number): { number: number; share: number } {
  const lengths = Array.from({ length: cycles }, (_, i) => cycleFactor ** i);
  const unit = 1 / lengths.reduce((sum, length) => sum + length, 0);
  let start = 0;
  for (const [number, length] of lengths.entries()) {
    const end = start + length * unit;
    // Rounding must not move a restart to the step after it.
    if (share < end - 1e-12 || number === cycles - 1) return { number, share: (share - start) / (end - start) };
    start = end;
  }
  throw new RangeError(`sgdr needs at least one cycle, not ${cycles}`);
}

/** a at share 0, b at share 1, along half a cosine. */
function cosineBetween(a: number, b: number, share: number): number {
  return a + ((b - a) * (1 - Math.cos(Math.PI * share))) / 2;
}
