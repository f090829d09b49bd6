import path from 'node:path';
import { type Evaluation, evaluate } from '../evaluation/evaluate.ts';
import { type PredictedSplit, writePredictions } from '../evaluation/predictions-file.ts';
import { jobFiles } from '../jobs/job.ts';
import type { DoneEvent } from '../protocol/events.ts';
import { describeAugment } from './augment-text.ts';
import { readBestPoint } from './checkpoint.ts';
import type { LoopEnd, TrainRun } from './loop.ts';
import { totalCost } from './progress.ts';
import { makeReport, metricsOf, phaseReports, writeReport } from './report.ts';
import { savedWeights } from './saver.ts';

/**
 * After the last step: the best weights predict the held-out images; predictions, report and the `done` event are written. A
 * stopped run keeps what is known of its best epoch and predicts no more; one stopped in its first epoch saves its weights as
 * they are.
 */
export async function finish(folder: string, run: TrainRun, end: LoopEnd): Promise<DoneEvent> {
  const { data, stages, events, notices } = run;
  const { trainer, saver } = stages.current;
  const { progress } = end;
  const best = readBestPoint(path.join(folder, jobFiles.bestState));
  // A crash between the files of one checkpoint may have left the model of an epoch before the best. A model of another phase,
  // where this one has not ended an epoch, is left as it is: its input has another size.
  if (best?.result.epoch === progress.best?.epoch) {
    if (best) saver.writeModel(best.weights);
    else if (progress.step > 0) saver.writeModel(savedWeights(await trainer.readState()));
  }
  let validation = best?.result.epoch === progress.best?.epoch ? end.bestValidation : null;
  let test: Evaluation | null = null;
  if (progress.ended && best) {
    await trainer.writeState({ weights: best.weights, optimizer: [], averaged: [] });
    validation ??= await predictSplit(run, 'validation');
    test = await predictSplit(run, 'test');
  }
  const parts: PredictedSplit[] = [
    ...(validation ? [{ split: 'validation' as const, predictions: validation.predictions }] : []),
    ...(test ? [{ split: 'test' as const, predictions: test.predictions }] : []),
  ];
  if (parts.length) writePredictions(path.join(folder, jobFiles.predictions), parts, data);
  for (const event of notices.takeNew()) events.append(event);
  const done: Omit<DoneEvent, 'kind'> = {
    reason: progress.ended ?? 'stopped',
    epochs: progress.epoch,
    steps: progress.step,
    seconds: progress.seconds,
    cost: totalCost(progress),
    bestEpoch: best?.result.epoch ?? null,
    metrics: metricsOf(best?.result ?? null, test),
  };
  writeReport(
    folder,
    makeReport(done, data, {
      validation,
      test,
      skipped: notices.skippedCounts,
      augmentation: describeAugment(run.config.augment),
      phases: phaseReports(run.segments, progress),
    }),
  );
  const event: DoneEvent = { kind: 'done', ...done };
  events.append(event);
  return event;
}

async function predictSplit(run: TrainRun, split: 'validation' | 'test'): Promise<Evaluation | null> {
  const { data, stages, events } = run;
  const { trainer, loader } = stages.current;
  const order = data.split[split];
  if (order.length === 0) return null;
  let reported = performance.now();
  return await evaluate(trainer, loader, order, {
    classes: data.classes.length,
    onProgress: (done, total) => {
      if (performance.now() - reported < 500 && done < total) return;
      reported = performance.now();
      events.append({ kind: 'progress', what: 'evaluate', done, total });
    },
  });
}
