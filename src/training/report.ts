import path from 'node:path';
import type { Evaluation } from '../evaluation/evaluate.ts';
import { type ClassResult, classResults } from '../evaluation/metrics.ts';
import { writeJson } from '../files.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import type { DoneEvent, RunMetrics } from '../protocol/events.ts';
import type { SegmentCost, TrainProgress } from './progress.ts';
import type { RunData } from './run-data.ts';
import type { Segment } from './segments.ts';

/** `report.json`: what came of the run, of the weights in `model/`. */
export interface RunReport extends Omit<DoneEvent, 'kind'> {
  version: 1;
  classes: string[];
  images: { train: number; validation: number; test: number };
  skipped: { cause: string; count: number }[];
  /** What was done to the training images, an operation a text; absent in runs of an older Loupe. */
  augmentation?: string[];
  /** What each phase took, in their order; empty in a run without phases, absent in runs of an older Loupe. */
  phases?: PhaseReport[];
  validation: SplitReport | null;
  test: SplitReport | null;
}

export interface PhaseReport extends SegmentCost {
  /** Pixels. */
  width: number;
  height: number;
  batchSize: number;
}

export interface SplitReport {
  /** Images that were predicted. */
  images: number;
  /** In the order of `classes`. */
  perClass: ClassResult[];
  /** Every pair of classes that occurred: label, predicted class (positions in `classes`), images. */
  confusion: [label: number, predicted: number, images: number][];
}

/** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
export function writeReport(folder: string, report: RunReport): void {
  const file = path.join(folder, jobFiles.report);
  try {
    writeJson(file, report);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

export function makeReport(
  done: Omit<DoneEvent, 'kind'>,
  data: RunData,
  parts: Pick<RunReport, 'skipped' | 'phases' | 'augmentation'> & {
    validation: Evaluation | null;
    test: Evaluation | null;
  },
): RunReport {
  const { train, validation, test } = data.split;
  return {
    version: 1,
    ...done,
    classes: data.classes,
    images: { train: train.length, validation: validation.length, test: test.length },
    skipped: parts.skipped,
    augmentation: parts.augmentation ?? [],
    phases: parts.phases ?? [],
    validation: parts.validation && splitReport(parts.validation),
    test: parts.test && splitReport(parts.test),
  };
}

export function phaseReports(segments: readonly Segment[], { costs }: Pick<TrainProgress, 'costs'>): PhaseReport[] {
  return costs.flatMap((cost, i) => {
    const segment = segments[i];
    if (!segment || segment.phase === null) return [];
    const { width, height, batchSize } = segment;
    return [{ width, height, batchSize, ...cost }];
  });
}

/** A measure of nothing (no images) is null. */
export function metricsOf(
  best: { validationLoss: number | null; validationAccuracy: number | null } | null,
  test: Evaluation | null,
): RunMetrics {
  return {
    validationLoss: best?.validationLoss ?? null,
    validationAccuracy: best?.validationAccuracy ?? null,
    testLoss: test?.images ? test.loss : null,
    testAccuracy: test?.images ? test.accuracy : null,
  };
}

function splitReport({ images, confusion }: Evaluation): SplitReport {
  const pairs = confusion.flatMap((row, label) =>
    [...row.entries()]
      .filter(([, count]) => count > 0)
      .map(([predicted, count]): [number, number, number] => [label, predicted, count]),
  );
  return { images, perClass: classResults(confusion), confusion: pairs };
}
