import { setImmediate as breathe } from 'node:timers/promises';
import type { Trainer } from '../engines/engine.ts';
import { type Evaluation, evaluate } from '../evaluation/evaluate.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import type { RunConfig } from './config.ts';
import type { ImageLoader } from './loader.ts';
import { nonFinite } from './non-finite.ts';
import type { Notices } from './notices.ts';
import { epochOrder, stepsPerEpoch } from './order.ts';
import { afterEpoch, afterStep, enterNextSegment, epochResult, type TrainProgress } from './progress.ts';
import type { RunData } from './run-data.ts';
import type { Saver } from './saver.ts';
import { ratesAt } from './schedule.ts';
import type { StopRequest } from './stop-request.ts';

export interface TrainRun {
  config: RunConfig;
  data: RunData;
  /** Epochs of the first pass and of each continuation. */
  segments: number[];
  progress: TrainProgress;
  trainer: Trainer;
  loader: ImageLoader;
  saver: Saver;
  events: EventWriter;
  notices: Notices;
  stop: StopRequest;
}

export interface LoopEnd {
  progress: TrainProgress;
  /** Of the best epoch, where this process trained it. */
  bestValidation: Evaluation | null;
}

/** Larger evaluations are made again at the end rather than kept since the best epoch (64 MB). */
const KEPT_VALUES = 16_000_000;

/** Trains from `run.progress` to the end of the last segment, or until a stop is requested; then a checkpoint has been saved. */
export async function trainLoop(run: TrainRun): Promise<LoopEnd> {
  const { data, trainer, loader, saver, events, notices, stop } = run;
  const { training, seed } = run.config;
  const steps = stepsPerEpoch(data.split.train.length, training.batchSize);
  let progress = run.progress;
  let bestValidation: Evaluation | null = null;

  for (;;) {
    progress = enterNextSegment(progress, run.segments.length);
    if (progress.ended || stop.requested) return { progress, bestValidation };
    const epochs = run.segments[progress.segment] as number;
    const order = epochOrder(data.split.train, seed, progress.epoch);

    const pass = { from: progress.stepInEpoch, to: steps, failed: 'replace', epoch: progress.epoch } as const;
    for await (const batch of loader.pass(order, pass)) {
      const stepInSegment = (progress.epoch - progress.segmentStart) * steps + progress.stepInEpoch;
      const position = { step: stepInSegment, steps: epochs * steps, stepsPerEpoch: steps, drops: 0 };
      const { learningRate, momentum } = ratesAt(training.schedule, training.learningRate, position);
      const started = performance.now();
      const result = await trainer.step(batch, {
        step: progress.step,
        learningRate,
        ...(momentum === null ? {} : { momentum }),
      });
      if (!Number.isFinite(result.loss)) throw nonFinite('The loss', progress);
      const ms = batch.waitMs + performance.now() - started;
      progress = afterStep(progress, result, batch.size, ms / 1000);
      events.append({
        kind: 'step',
        step: progress.step,
        epoch: progress.epoch + 1,
        loss: result.loss,
        accuracy: result.correct / batch.size,
        learningRate,
        ms,
        waitMs: batch.waitMs,
        images: batch.size,
      });
      await breathe();
      if (stop.requested) break;
      if (progress.stepInEpoch < steps) await saver.saveIfDue(progress, ms);
    }

    for (const event of notices.takeNew()) events.append(event);
    const started = performance.now();
    const validation = stop.requested ? null : await validate(run);
    if (stop.requested) {
      await saver.saveLast(progress);
      return { progress, bestValidation };
    }
    const result = epochResult(progress, validation);
    const seconds = (performance.now() - started) / 1000;
    const epochSeconds = progress.epochSeconds + seconds;
    progress = afterEpoch(progress, result, {
      metric: training.checkpoints.metric,
      earlyStopping: training.earlyStopping,
      epochs,
      seconds,
    });
    const best = progress.best === result;
    if (best) bestValidation = validation && isSmall(validation) ? validation : null;
    events.append({ kind: 'epoch', ...result, seconds: epochSeconds, best });
    await saver.saveEpoch(progress, result);
  }
}

/** Null without validation images, or when a stop was requested before the end. */
async function validate({ data, trainer, loader, stop }: TrainRun): Promise<Evaluation | null> {
  if (data.split.validation.length === 0) return null;
  return await evaluate(trainer, loader, data.split.validation, {
    classes: data.classes.length,
    shouldStop: () => stop.requested,
  });
}

function isSmall({ predictions }: Evaluation): boolean {
  return predictions.probabilities.length <= KEPT_VALUES;
}
