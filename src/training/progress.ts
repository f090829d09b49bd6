import type { StepResult } from '../engines/engine.ts';
import { balancedAccuracy, type ClassificationResult, macroF1 } from '../evaluation/metrics.ts';
import type { EpochEvent } from '../protocol/events.ts';
import type { CheckpointMetric, EarlyStoppingConfig } from './config.ts';

/** Where a run is. A checkpoint holds it beside the weights; equal progress and weights give an equal rest of the run. */
export interface TrainProgress {
  /** Steps done over the whole run. */
  step: number;
  /** Whole epochs done. */
  epoch: number;
  /** Steps done of the epoch under way. */
  stepInEpoch: number;
  /** 0: the first pass of the schedule; n: the n-th continuation. */
  segment: number;
  /** Epoch with which the segment began. */
  segmentStart: number;
  /** Why the segment ended; null while it goes on. */
  ended: 'completed' | 'early-stopping' | null;
  /** Over the training images of the epoch under way. */
  sums: { loss: number; correct: number; images: number };
  best: EpochResult | null;
  /** Epochs since `best`. */
  sinceBest: number;
  /** Of training and validation, over all processes that worked on the run. */
  seconds: number;
  /** Of the epoch under way. */
  epochSeconds: number;
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
  seconds: 0,
  epochSeconds: 0,
};

export function afterStep(progress: TrainProgress, result: StepResult, images: number, seconds: number): TrainProgress {
  const { sums } = progress;
  return {
    ...progress,
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

/** Result of the epoch that has just had its last step; `validation` is null where there are no validation images. */
export function epochResult(
  progress: TrainProgress,
  validation: Pick<ClassificationResult, 'loss' | 'accuracy' | 'confusion'> | null,
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
  };
}

/**
 * Whether `result` improves on `best` by more than `minDelta`. Without validation the last epoch counts as the best. A measure
 * that is not a number is never better.
 */
export function isBetter(
  result: EpochResult,
  best: EpochResult | null,
  metric: CheckpointMetric,
  minDelta = 0,
): boolean {
  if (!best || result.validationLoss === null) return true;
  return scoreOf(result, metric) > scoreOf(best, metric) + minDelta;
}

/** Higher is better; −∞ where it was not measured. */
function scoreOf(result: EpochResult, metric: CheckpointMetric): number {
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
  /** Whole epochs of this segment. */
  epochs: number;
  /** That validation took. */
  seconds: number;
}

export function afterEpoch(
  progress: TrainProgress,
  result: EpochResult,
  { metric, earlyStopping, epochs, seconds }: EpochRules,
): TrainProgress {
  const better = isBetter(result, progress.best, metric);
  const sinceBest = better ? 0 : progress.sinceBest + 1;
  const epoch = progress.epoch + 1;
  const completed = epoch - progress.segmentStart >= epochs;
  const exhausted = earlyStopping.enabled && sinceBest >= Math.max(1, earlyStopping.patience);
  return {
    ...progress,
    epoch,
    stepInEpoch: 0,
    sums: atStart.sums,
    best: better ? result : progress.best,
    sinceBest,
    ended: completed ? 'completed' : exhausted ? 'early-stopping' : null,
    seconds: progress.seconds + seconds,
    epochSeconds: 0,
  };
}

/**
 * Enters the next continuation where one has been asked for since the last segment ended. It starts from the last weights and
 * the optimizer's state, with a fresh schedule and a fresh patience.
 */
export function enterNextSegment(progress: TrainProgress, segments: number): TrainProgress {
  if (!progress.ended || progress.segment + 1 >= segments) return progress;
  return { ...progress, segment: progress.segment + 1, segmentStart: progress.epoch, ended: null, sinceBest: 0 };
}

/** Epochs of the whole run as it is planned now. @param segments epochs of each segment. */
export function plannedEpochs(progress: TrainProgress, segments: number[]): number {
  if (progress.ended && progress.segment + 1 >= segments.length) return progress.epoch;
  return segments.slice(progress.segment).reduce((sum, epochs) => sum + epochs, progress.segmentStart);
}
