import type { TrainingConfig } from './config.ts';

/** One-cycle as in fastai: the rate rises over this share of the steps, from 1/25 of its peak, and ends at 1/100,000. */
const WARM_UP = 0.25;
const START_DIVISOR = 25;
const END_DIVISOR = 1e5;

export interface SchedulePosition {
  /** Steps done in this pass of the schedule, 0 … steps − 1. A continuation is a pass of its own. */
  step: number;
  /** Steps of the whole pass, ≥ 1. */
  steps: number;
}

/**
 * Learning rate of the next step.
 * constant: η; cosine: η/2 · (1 + cos πp) (SGDR without restarts); one-cycle: cosine η/25 → η until p = 0.25, then cosine
 * η → η/1e5; with p = step / steps.
 */
export function learningRateAt(schedule: TrainingConfig['schedule'], peak: number, position: SchedulePosition): number {
  const share = position.step / position.steps;
  switch (schedule) {
    case 'constant':
      return peak;
    case 'cosine':
      return cosineBetween(peak, 0, share);
    case 'one-cycle':
      return share < WARM_UP
        ? cosineBetween(peak / START_DIVISOR, peak, share / WARM_UP)
        : cosineBetween(peak, peak / END_DIVISOR, (share - WARM_UP) / (1 - WARM_UP));
  }
}

/** a at share 0, b at share 1, along half a cosine. */
function cosineBetween(a: number, b: number, share: number): number {
  return a + ((b - a) * (1 - Math.cos(Math.PI * share))) / 2;
}
