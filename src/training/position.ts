import type { TrainProgress } from './progress.ts';
import type { SchedulePosition } from './schedule.ts';
import type { Segment } from './segments.ts';

/**
 * Where the next step stands in its pass of the schedule.
 * @param timed the schedule follows the time: `progress.budgetShare` says where it is
 */
export function positionOf(
  progress: TrainProgress,
  segment: Pick<Segment, 'epochs'>,
  { stepsPerEpoch, timed }: { stepsPerEpoch: number; timed: boolean },
): SchedulePosition {
  const { drops } = progress.plateau;
  const done = (progress.epoch - progress.segmentStart) * stepsPerEpoch + progress.stepInEpoch;
  if (!timed) return { step: done, steps: segment.epochs * stepsPerEpoch, stepsPerEpoch, drops };
  // The length that makes `done` steps this share of it; before the first step any length will do.
  const steps = progress.budgetShare > 0 ? Math.max(1, done / progress.budgetShare) : segment.epochs * stepsPerEpoch;
  return { step: progress.budgetShare * steps, steps, stepsPerEpoch, drops };
}
