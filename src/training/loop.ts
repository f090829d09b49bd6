import { setImmediate as breathe } from 'node:timers/promises';
import type { Evaluation } from '../evaluation/evaluate.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { announcePhase, announcePlan } from './announce.ts';
import type { RunConfig } from './config.ts';
import { FiniteSteps } from './finite-steps.ts';
import type { Notices } from './notices.ts';
import { stepsPerEpoch } from './order.ts';
import { positionOf } from './position.ts';
import { afterEpoch, afterStep, enterNextSegment, epochResult, type TrainProgress } from './progress.ts';
import { labelsOf, type RunData } from './run-data.ts';
import { sampledOrder } from './sampling.ts';
import { cyclesDone, ratesAt } from './schedule.ts';
import type { Segment } from './segments.ts';
import type { Stages } from './stage.ts';
import type { StopRequest } from './stop-request.ts';
import { TimeBudget } from './time-budget.ts';
import { validate } from './validate.ts';

export interface TrainRun {
  config: RunConfig;
  data: RunData;
  /** The phases of the run, then its continuations. */
  segments: Segment[];
  progress: TrainProgress;
  stages: Stages;
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
  const { config, data, segments, events, notices, stop } = run;
  const { schedule, sampling, timeBudget, checkpoints, earlyStopping } = config.training;
  const labels = labelsOf(data, 'train');
  const timed = timeBudget > 0 ? new TimeBudget(timeBudget * 60, run.progress.seconds) : null;
  const finite = new FiniteSteps(config);
  let progress = run.progress;
  let bestValidation: Evaluation | null = null;

  for (;;) {
    progress = enterNextSegment(progress, segments);
    if (progress.ended || stop.requested) return { progress, bestValidation };
    const segment = segments[progress.segment] as Segment;
    // A continuation has the epochs that were asked for.
    const budget = progress.segment === 0 ? timed : null;
    const { trainer, loader, saver } = await run.stages.enter(segment);
    const order = sampledOrder(data.split.train, labels, { sampling, seed: config.seed, epoch: progress.epoch });
    const steps = stepsPerEpoch(order.length, segment.batchSize);
    const work = { stepsPerEpoch: steps, validationBatches: data.split.validation.length / segment.batchSize };
    const positionNow = () => positionOf(progress, segment, { stepsPerEpoch: steps, timed: budget !== null });
    const timeIsUp = () => budget !== null && progress.budgetShare >= 1;
    announcePhase(run, progress, steps);
    budget?.begin();

    const to = timeIsUp() ? progress.stepInEpoch : steps;
    const pass = { from: progress.stepInEpoch, to, failed: 'replace', epoch: progress.epoch } as const;
    for await (const batch of loader.pass(order, pass)) {
      const position = positionNow();
      const rates = ratesAt(schedule, segment.learningRate, position);
      const started = performance.now();
      const result = await finite.step(trainer, batch, progress, rates);
      const ms = batch.waitMs + performance.now() - started;
      const pixels = batch.size * segment.width * segment.height;
      const budgetShare = budget?.step(progress.budgetShare, work) ?? 0;
      progress = afterStep(progress, result, { images: batch.size, pixels, seconds: ms / 1000, budgetShare });
      events.append({
        kind: 'step',
        step: progress.step,
        epoch: progress.epoch + 1,
        loss: result.loss,
        accuracy: result.correct / batch.size,
        learningRate: rates.learningRate,
        ...(rates.momentum === null ? {} : { momentum: rates.momentum }),
        ...(result.gradientNorm === null ? {} : { gradientNorm: result.gradientNorm }),
        ms,
        waitMs: batch.waitMs,
        images: batch.size,
      });
      if (cyclesDone(schedule, positionNow()) > cyclesDone(schedule, position)) await saver.saveCycle(progress);
      await breathe();
      if (stop.requested || timeIsUp()) break;
      if (progress.stepInEpoch < steps) await saver.saveIfDue(progress, ms);
    }

    for (const event of notices.takeNew()) events.append(event);
    const started = performance.now();
    const validation = stop.requested ? null : await validate(run, trainer, loader);
    if (stop.requested) {
      await saver.saveLast(progress);
      return { progress, bestValidation };
    }
    const seconds = (performance.now() - started) / 1000;
    const result = epochResult(progress, validation, segment.phase);
    const epochSeconds = progress.epochSeconds + seconds;
    const completed = budget ? timeIsUp() : result.epoch - progress.segmentStart >= segment.epochs;
    const rules = { metric: checkpoints.metric, earlyStopping, schedule, completed, seconds };
    progress = afterEpoch(progress, result, rules);
    const best = progress.best === result;
    if (best) bestValidation = validation && isSmall(validation) ? validation : null;
    events.append({ kind: 'epoch', ...result, seconds: epochSeconds, best });
    await saver.saveEpoch(progress, result, checkpoints.keepEvery > 0 && result.epoch % checkpoints.keepEvery === 0);
    budget?.validated(seconds);
    if (budget) announcePlan(run, progress, progress.ended ? progress.epoch : budget.epochs(progress.epoch, work));
  }
}

function isSmall({ predictions }: Evaluation): boolean {
  return predictions.probabilities.length <= KEPT_VALUES;
}
