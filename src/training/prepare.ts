import fs from 'node:fs';
import path from 'node:path';
import type { Engine } from '../engines/engine.ts';
import { writeJson } from '../files.ts';
import { channelsOf, type Normalization, type Preprocess } from '../images/preprocess.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { type Job, jobFiles } from '../jobs/job.ts';
import { readProvenance } from '../jobs/read.ts';
import { countParameters } from '../models/build.ts';
import { mixSeed } from '../random.ts';
import { assertSameShapes, readResumePoint } from './checkpoint.ts';
import { countLabels, dataWarnings } from './data-warnings.ts';
import { ImageLoader } from './loader.ts';
import type { TrainRun } from './loop.ts';
import { buildNetwork, createNetworkTrainer } from './network.ts';
import { fixedNormalization, PixelStatistics } from './normalization.ts';
import { Notices } from './notices.ts';
import { stepsPerEpoch } from './order.ts';
import { atStart, enterNextSegment, plannedEpochs } from './progress.ts';
import { describeProvenance } from './provenance.ts';
import type { RunData } from './run-data.ts';
import { Saver } from './saver.ts';
import type { StopRequest } from './stop-request.ts';

/** Keeps augmentation's random numbers apart from those of other uses of the same seed. */
const AUGMENT = 0xa06a;
const PROGRESS_MS = 250;

export interface Prepared {
  folder: string;
  job: Pick<Job, 'config' | 'base' | 'continuations'>;
  data: RunData;
  engine: Engine;
  events: EventWriter;
  stop: StopRequest;
}

/** Everything that the loop needs, at the start of the run or where its checkpoint left it; `close` frees it. */
export async function prepareRun(parts: Prepared): Promise<TrainRun & { close(): Promise<void> }> {
  const { folder, job, data, engine, events, stop } = parts;
  const { config } = job;
  const notices = new Notices(data.skipped);
  for (const event of notices.takeNew()) events.append(event);
  recordProvenance(folder, data, engine, events);
  warnAboutData(parts);
  const loader = openLoader(parts, notices);
  try {
    const { width, height, color, resize } = config.input;
    const normalization = await normalizationOf(parts, loader);
    const preprocess: Preprocess = { version: 1, width, height, color, resize, normalization };
    const model = buildNetwork(config, data.classes.length);
    const resumed = readResumePoint(path.join(folder, jobFiles.lastState));
    if (resumed) {
      const shapes = model.weights.map((weight) => weight.shape);
      assertSameShapes(path.join(folder, jobFiles.lastState), resumed.state.weights, shapes);
    }
    const trainer = await createNetworkTrainer(engine, model, config, normalization);
    if (resumed) await trainer.writeState(resumed.state);
    const segments = [config.training.epochs, ...job.continuations.map(({ epochs }) => epochs)];
    const progress = enterNextSegment(resumed?.progress ?? atStart, segments.length);
    events.append({
      kind: 'plan',
      classes: data.classes,
      train: data.split.train.length,
      validation: data.split.validation.length,
      test: data.split.test.length,
      parameters: countParameters(model),
      stepsPerEpoch: stepsPerEpoch(data.split.train.length, config.training.batchSize),
      epochs: plannedEpochs(progress, segments),
      batchSize: Math.min(config.training.batchSize, data.split.train.length),
    });
    const saver = new Saver(folder, trainer, { model, preprocess, labels: data.classes }, events);
    const close = async () => {
      trainer.dispose();
      model.dispose();
      await loader.close();
    };
    return { config, data, segments, progress, trainer, loader, saver, events, notices, stop, close };
  } catch (error) {
    await loader.close();
    throw error;
  }
}

/** Reads the images of a data set as the config's input and batch size say. */
export function openLoader({ job, data }: Pick<Prepared, 'job' | 'data'>, notices: Notices): ImageLoader {
  return new ImageLoader({
    root: data.root,
    images: data.images,
    settings: job.config.input,
    batchSize: job.config.training.batchSize,
    augment: { config: job.config.augment, seed: mixSeed(job.config.seed, AUGMENT), classes: data.classes.length },
    onFailed: ({ index, cause, message }) => notices.skip(cause, data.images[index]?.path ?? '', message),
    onCacheOff: (message) => notices.warn('no-cache', message),
  });
}

function recordProvenance(folder: string, data: RunData, engine: Engine, events: EventWriter): void {
  const before = readProvenance(folder);
  if (!before) {
    writeJson(path.join(folder, jobFiles.provenance), describeProvenance(folder, data.fingerprint, engine.info));
  } else if (before.engine.name !== engine.info.name) {
    const message = `The run began on ${before.engine.label} and goes on with ${engine.info.label}: its numbers will differ a little from an uninterrupted run's.`;
    events.append({ kind: 'warning', code: 'engine-changed', message });
  }
}

function warnAboutData({ job, data, events }: Prepared): void {
  if (data.changed) events.append({ kind: 'warning', code: 'data-changed', message: data.changed });
  if (!data.isNew) return;
  for (const { code, message } of data.warnings) events.append({ kind: 'warning', code, message });
  const labelsOf = (split: Uint32Array) => [...split].map((at) => data.images[at]?.label ?? 0);
  const warnings = dataWarnings({
    classes: data.classes,
    train: countLabels(labelsOf(data.split.train), data.classes.length),
    validation: countLabels(labelsOf(data.split.validation), data.classes.length),
    batchSize: job.config.training.batchSize,
  });
  for (const warning of warnings) events.append(warning);
}

/** The data set's own statistics are measured once and kept, so that a resumed run has the same ones. */
export async function normalizationOf(
  { folder, job, data, events, stop }: Omit<Prepared, 'engine'>,
  loader: ImageLoader,
): Promise<Normalization> {
  const { normalize } = job.config.input;
  const channels = channelsOf(job.config.input);
  if (normalize !== 'data-set') return fixedNormalization(normalize, channels);
  const file = path.join(folder, jobFiles.state, 'normalization.json');
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as Normalization;
  const statistics = new PixelStatistics(channels);
  const total = data.split.train.length;
  let done = 0;
  let reported = 0;
  for await (const batch of loader.pass(data.split.train, { failed: 'drop' })) {
    statistics.add(batch.pixels);
    done += batch.size;
    stop.signal.throwIfAborted();
    if (performance.now() - reported > PROGRESS_MS) {
      reported = performance.now();
      events.append({ kind: 'progress', what: 'statistics', done, total });
    }
  }
  const normalization = statistics.result();
  fs.mkdirSync(path.dirname(file), { recursive: true });
  writeJson(file, normalization);
  return normalization;
}
