import path from 'node:path';
import type { PredictionLine } from '../../evaluation/predictions-file.ts';
import { readRunPredictions } from '../../evaluation/run-predictions.ts';
import type { Preprocess } from '../../images/preprocess.ts';
import { jobFiles, type Provenance } from '../../jobs/job.ts';
import { withKeptBatchSize } from '../../jobs/kept-batch-size.ts';
import { readSummary } from '../../jobs/list.ts';
import { readJob, readProvenance } from '../../jobs/read.ts';
import { readRawEvents } from '../../jobs/read-events.ts';
import { flatten } from '../../jobs/record.ts';
import { readContract } from '../../models/save.ts';
import type { DoneEvent, JobEvent } from '../../protocol/events.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { defaultConfig, type RunConfig } from '../../training/config.ts';
import { readSplit } from '../../training/split-file.ts';
import { currentEvents, endOf } from '../current-events.ts';
import { accuracyOnly, figuresOf, type SplitFigures } from './figures.ts';

/** Everything that a model card says, read from a run's folder. */
export interface CardFacts {
  run: RunSummary;
  /** How it ended; null: it did not. */
  end: DoneEvent['reason'] | null;
  config: RunConfig;
  /** Settings that are not the defaults, by dotted path. */
  changed: [setting: string, value: string | number | boolean, usual: string | number | boolean | undefined][];
  labels: string[];
  preprocess: Preprocess;
  parameters: number | null;
  provenance: Provenance | null;
  /** Images of each class, in the order of `labels`. */
  counts: Record<'train' | 'validation' | 'test', number[]>;
  skipped: { cause: string; count: number }[];
  warnings: string[];
  /** Of the weights in `model/`; the test images first, they are the more honest. */
  figures: SplitFigures[];
}

/** @throws Problem `no-model`, `not-a-run`, `bad-job`, `bad-split` */
export function readCardFacts(runFolder: string): CardFacts {
  const { preprocess, labels } = readContract(path.join(runFolder, jobFiles.model));
  const config = withKeptBatchSize(runFolder, readJob(runFolder).config);
  const run = readSummary(runFolder);
  const events = currentEvents(readRawEvents(runFolder));
  const plan = events.findLast((event) => event.kind === 'plan');
  const counts = countsOf(runFolder, labels);
  return {
    run,
    end: endOf(events)?.reason ?? null,
    config,
    changed: changedSettings(config),
    labels,
    preprocess,
    parameters: plan?.parameters ?? null,
    provenance: readProvenance(runFolder),
    counts,
    skipped: skippedOf(events),
    warnings: events.flatMap((event) => (event.kind === 'warning' ? [event.message] : [])),
    figures: figuresOfRun(runFolder, run, labels, sum(counts.validation)),
  };
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function countsOf(runFolder: string, labels: readonly string[]): CardFacts['counts'] {
  const place = new Map(labels.map((label, i) => [label, i]));
  const none = () => labels.map(() => 0);
  const counts = { train: none(), validation: none(), test: none() };
  for (const { label, split } of readSplit(path.join(runFolder, jobFiles.split))?.lines ?? []) {
    const at = place.get(label);
    if (at !== undefined) counts[split][at] = (counts[split][at] as number) + 1;
  }
  return counts;
}

/** Where the data are and what the run is called says nothing of how it was trained. */
const notTraining = /^(name|data\.source|logging\.)/;

function changedSettings(config: RunConfig): CardFacts['changed'] {
  const usual = flatten(defaultConfig);
  return Object.entries(flatten(config))
    .filter(([setting, value]) => value !== usual[setting] && !notTraining.test(setting))
    .map(([setting, value]) => [setting, value, usual[setting]]);
}

/** The last event of a cause has its total. */
function skippedOf(events: readonly JobEvent[]): CardFacts['skipped'] {
  const totals = new Map<string, number>();
  for (const event of events) if (event.kind === 'skipped') totals.set(event.cause, event.count);
  return [...totals].map(([cause, count]) => ({ cause, count })).filter(({ count }) => count > 0);
}

function figuresOfRun(runFolder: string, run: RunSummary, labels: string[], validation: number): SplitFigures[] {
  const lines = readRunPredictions(runFolder)?.lines ?? [];
  const bySplit = Map.groupBy(lines, ({ split }: PredictionLine) => split);
  const figures = (['test', 'validation'] as const).flatMap((split) => {
    const own = bySplit.get(split);
    return own ? [figuresOf(split, own, labels)] : [];
  });
  if (figures.length > 0 || run.validationAccuracy === null) return figures;
  return [accuracyOnly('validation', run.validationAccuracy, validation)];
}
