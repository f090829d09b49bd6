import { countLabels } from './data-warnings.ts';
import type { TrainRun } from './loop.ts';
import { stepsPerEpoch } from './order.ts';
import { plannedEpochs, type TrainProgress } from './progress.ts';
import { labelsOf } from './run-data.ts';
import { sampledCounts } from './sampling.ts';
import type { Segment } from './segments.ts';
import { settingsWarnings } from './settings-warnings.ts';

type Announcing = Pick<TrainRun, 'config' | 'data' | 'segments' | 'stages' | 'events'>;

/**
 * Writes what the run is about to do.
 * @param timed epochs that a time budget will have room for, as far as that is known
 */
export function announcePlan(run: Announcing, progress: TrainProgress, timed?: number): void {
  const { config, data, segments, stages, events } = run;
  const segment = segments[progress.segment] as Segment;
  const images = imagesPerEpoch(run);
  const stepsOf = ({ batchSize }: Segment) => stepsPerEpoch(images, batchSize);
  const epochs = timed ?? plannedEpochs(progress, segments);
  const here = progress.ended ? progress.epoch : (timed ?? progress.segmentStart + segment.epochs);
  const done = progress.step - progress.stepInEpoch;
  const ahead = segments.slice(progress.segment + 1).reduce((sum, next) => sum + next.epochs * stepsOf(next), 0);
  const steps = done + (here - progress.epoch) * stepsOf(segment) + ahead;
  if (progress.step === 0 && config.training.timeBudget === 0) {
    for (const warning of settingsWarnings(config, Math.floor(steps / config.training.accumulate)))
      events.append(warning);
  }
  events.append({
    kind: 'plan',
    ...(timed === undefined ? {} : { again: true }),
    classes: data.classes,
    train: data.split.train.length,
    validation: data.split.validation.length,
    test: data.split.test.length,
    parameters: stages.current.parameters,
    stepsPerEpoch: stepsOf(segment),
    epochs,
    steps,
    batchSize: Math.min(segment.batchSize, images),
  });
}

/** Says that a phase begins, where one does. */
export function announcePhase(
  { config, segments, stages, events }: Announcing,
  progress: TrainProgress,
  steps: number,
): void {
  const segment = segments[progress.segment] as Segment;
  const before = segments[progress.segment - 1];
  const begins = progress.epoch === progress.segmentStart && progress.stepInEpoch === 0;
  if (segment.phase === null || !begins || before?.phase === segment.phase) return;
  const { epochs, width, height, batchSize, learningRate } = segment;
  events.append({
    kind: 'phase',
    phase: segment.phase + 1,
    phases: config.training.phases.length,
    step: progress.step,
    epoch: progress.epoch,
    epochs,
    width,
    height,
    batchSize,
    stepsPerEpoch: steps,
    learningRate,
    frozen: stages.current.frozen,
  });
}

/** Images that an epoch takes under the config's sampling. */
function imagesPerEpoch({ config, data }: Announcing): number {
  const counts = sampledCounts(countLabels(labelsOf(data, 'train'), data.classes.length), config.training.sampling);
  return counts.reduce((sum, count) => sum + count, 0);
}
