import type { StepResult } from '../engines/engine.ts';
import { balancedAccuracy, type ClassificationResult, classCounts, macroF1 } from '../evaluation/metrics.ts';
import type { EpochEvent } from '../protocol/events.ts';
import type { CheckpointMetric, EarlyStoppingConfig, ScheduleConfig } from './config.ts';
import { afterPlateauEpoch, type PlateauState, plateauAtStart } from './plateau.ts';
import type { Segment } from './segments.ts';

/** Where a run is. A checkpoint holds it beside the weights; equal progress and weights give an equal rest of the run. */
export interface TrainProgress {
  /** Steps done over the whole run. */
  step: number;
  /** Whole epochs done. */
  epoch: number;
  /** Steps done of the epoch under way. */
  stepInEpoch: number;
  /** Position in the run's segments: its phases (or its one pass), then its continuations. */
  segment: number;
  /** Epoch with which the segment began. */
  segmentStart: number;
  /** Why the segment ended; null while it goes on. */
  ended: 'completed' | 'early-stopping' | null;
  /** Over the training images of the epoch under way. */
  sums: { loss: number; correct: number; images: number };
  best: EpochResult | null;
  /** Epochs since an improvement that early stopping counts. */
  sinceBest: number;
  /** Best score that early stopping counts from, of `scoreOf`; null before the first epoch of a segment. */
  stoppingScore: number | null;
  plateau: PlateauState;
  /** Under a time budget: share of the schedule done, 0–1. */
  budgetShare: number;
  /** What each segment so far has cost, validation included in its seconds. */
  costs: SegmentCost[];
  /** Of training and validation, over all processes that worked on the run. */
  seconds: number;
  /** Of the epoch under way. */
  epochSeconds: number;
}

export interface SegmentCost {
  seconds: number;
  /** Images trained on; one that came in five epochs counts five times. */
  images: number;
  /** Pixels of those images as the network saw them. */
  pixels: number;
}

/** What an epoch measured: its event without what only the event says. */
export type EpochResult = Omit<EpochEvent, 'kind' | 'seconds' | 'best'>;

export const atStart: TrainProgress = {
  step: 0,
  epoch: 0,
  stepInEpoch: 0,
  segment: 0,
  segmentStart: 0,
  ended: null,
  sums: { loss: 0, correct: 0, images: 0 },
  best: null,
  sinceBest: 0,
  stoppingScore: null,
  plateau: plateauAtStart,
  budgetShare: 0,
  costs: [],
  seconds: 0,
  epochSeconds: 0,
};

/** @param work of the step; `budgetShare` only under a time budget. */
export function afterStep(
  progress: TrainProgress,
  result: StepResult,
  { images, pixels, seconds, budgetShare = 0 }: SegmentCost & { budgetShare?: number },
): TrainProgress {
  const { sums } = progress;
  return {
    ...progress,
    budgetShare,
    costs: withCost(progress, { seconds, images, pixels }),
    step: progress.step + 1,
    stepInEpoch: progress.stepInEpoch + 1,
    sums: {
      loss: sums.loss + result.loss * images,
      correct: sums.correct + result.correct,
      images: sums.images + images,
    },
    seconds: progress.seconds + seconds,
    epochSeconds: progress.epochSeconds + seconds,
  };
}

function withCost({ costs, segment }: TrainProgress, { seconds, images, pixels }: SegmentCost): SegmentCost[] {
  const before = costs[segment] ?? { seconds: 0, images: 0, pixels: 0 };
  const after = {
    seconds: before.seconds + seconds,
    images: before.images + images,
    pixels: before.pixels + pixels,
  };
  return [...costs.slice(0, segment), after];
}

interface Validated extends Pick<ClassificationResult, 'loss' | 'accuracy' | 'confusion'> {
  unaveraged?: EpochEvent['unaveraged'];
}

/** Result of the epoch that has just had its last step; `validation` is null where there are no validation images. */
export function epochResult(
  progress: TrainProgress,
  validation: Validated | null,
  phase: Segment['phase'],
): EpochResult {
  const { loss, correct, images } = progress.sums;
  return {
    epoch: progress.epoch + 1,
    step: progress.step,
    loss: loss / images,
    accuracy: correct / images,
    validationLoss: validation?.loss ?? null,
    validationAccuracy: validation?.accuracy ?? null,
    balancedAccuracy: validation && balancedAccuracy(validation.confusion),
    macroF1: validation && macroF1(validation.confusion),
    ...(validation && { perClass: classCounts(validation.confusion) }),
    ...(validation?.unaveraged && { unaveraged: validation.unaveraged }),
    ...(phase === null ? {} : { phase: phase + 1 }),
  };
}

/** Without validation the last epoch counts as the best. A measure that is not a number is never better. */
export function isBetter(result: EpochResult, best: EpochResult | null, metric: CheckpointMetric): boolean {
  if (!best || result.validationLoss === null) return true;
  return scoreOf(result, metric) > scoreOf(best, metric);
}

/** Higher is better; −∞ where it was not measured. */
export function scoreOf(result: EpochResult, metric: CheckpointMetric): number {
  const score = {
    'validation-loss': result.validationLoss === null ? null : -result.validationLoss,
    'validation-accuracy': result.validationAccuracy,
    'balanced-accuracy': result.balancedAccuracy ?? null,
    'macro-f1': result.macroF1 ?? null,
  }[metric];
  return score === null || Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

export interface EpochRules {
  metric: CheckpointMetric;
  earlyStopping: EarlyStoppingConfig;
  schedule: ScheduleConfig;
  /** The segment ends with this epoch. */
  completed: boolean;
  /** That validation took. */
  seconds: number;
}

export function afterEpoch(
  progress: TrainProgress,
  result: EpochResult,
  { metric, earlyStopping, schedule, completed, seconds }: EpochRules,
): TrainProgress {
  const better = isBetter(result, progress.best, metric);
  const score = scoreOf(result, metric);
  const improved =
    result.validationLoss === null ||
    progress.stoppingScore === null ||
    score > progress.stoppingScore + earlyStopping.minDelta;
  const sinceBest = improved ? 0 : progress.sinceBest + 1;
  const exhausted = earlyStopping.enabled && sinceBest >= Math.max(1, earlyStopping.patience);
  return {
    ...progress,
    epoch: progress.epoch + 1,
    stepInEpoch: 0,
    sums: atStart.sums,
    best: better ? result : progress.best,
    sinceBest,
    stoppingScore: improved ? score : progress.stoppingScore,
    plateau: schedule.name === 'plateau' ? afterPlateauEpoch(progress.plateau, score, schedule) : progress.plateau,
    costs: withCost(progress, { seconds, images: 0, pixels: 0 }),
    ended: completed ? 'completed' : exhausted ? 'early-stopping' : null,
    seconds: progress.seconds + seconds,
    epochSeconds: 0,
  };
}

/**
 * Enters the next segment where there is one, or where a continuation has been asked for since the last one ended. It starts from
 * the last weights and the optimizer's state, with a fresh schedule and a fresh patience. Figures of another phase, at another
 * size of input, are no measure for this one: the best is then looked for anew.
 */
export function enterNextSegment(progress: TrainProgress, segments: readonly Segment[]): TrainProgress {
  const next = segments[progress.segment + 1];
  if (!progress.ended || !next) return progress;
  const samePhase = next.phase === segments[progress.segment]?.phase;
  return {
    ...progress,
    segment: progress.segment + 1,
    segmentStart: progress.epoch,
    ended: null,
    best: samePhase ? progress.best : null,
    sinceBest: 0,
    stoppingScore: samePhase ? progress.stoppingScore : null,
    plateau: plateauAtStart,
    budgetShare: 0,
  };
}

/** Images trained on and their pixels, over all segments. */
export function totalCost({ costs }: TrainProgress): { images: number; pixels: number } {
  const sum = (key: 'images' | 'pixels') => costs.reduce((total, cost) => total + cost[key], 0);
  return { images: sum('images'), pixels: sum('pixels') };
}

/** Epochs of the whole run as it is planned now. */
export function plannedEpochs(progress: TrainProgress, segments: readonly Segment[]): number {
  if (progress.ended && progress.segment + 1 >= segments.length) return progress.epoch;
  return segments.slice(progress.segment).reduce((sum, { epochs }) => sum + epochs, progress.segmentStart);
}
