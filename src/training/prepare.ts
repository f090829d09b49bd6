import fs from 'node:fs';
import path from 'node:path';
import { deepFileMaxima } from '../dataset/deep-files.ts';
import { samplePositions } from '../dataset/sample.ts';
import type { ImageRecord, JournalEffect } from '../dataset/types.ts';
import type { Engine } from '../engines/engine.ts';
import { writeJson } from '../files.ts';
import { type ColorSpace, channelsOf, decodeSettingsOf, type Normalization } from '../images/preprocess.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { type Job, jobFiles } from '../jobs/job.ts';
import { readProvenance } from '../jobs/read.ts';
import { inputOfWeights } from '../models/pretrained/load.ts';
import { announcePlan } from './announce.ts';
import { assertColorsFor } from './augment-colors.ts';
import { augmentSeed } from './augment-seed.ts';
import { readResumePoint } from './checkpoint.ts';
import { countLabels, dataWarnings } from './data-warnings.ts';
import { InputChecker } from './input-check.ts';
import { ImageLoader } from './loader.ts';
import type { TrainRun } from './loop.ts';
import { weightsFileOf } from './network.ts';
import { fixedNormalization, PixelStatistics } from './normalization.ts';
import { Notices } from './notices.ts';
import { atStart, enterNextSegment } from './progress.ts';
import { describeProvenance } from './provenance.ts';
import { labelsOf, type RunData } from './run-data.ts';
import { type Segment, segmentConfig, segmentsOf } from './segments.ts';
import { assertSegments, Stages } from './stage.ts';
import type { StopRequest } from './stop-request.ts';

const PROGRESS_MS = 250;
/** Images whose ranges are looked at before the first epoch. */
const CHECKED_IMAGES = 64;

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
  recordProvenance(parts);
  warnAboutData(parts);
  const segments = segmentsOf(
    config,
    job.continuations.map(({ epochs }) => epochs),
  );
  const resumed = readResumePoint(path.join(folder, jobFiles.lastState));
  const progress = enterNextSegment(resumed?.progress ?? atStart, segments);
  // A checkpoint from the end of a phase belongs to that phase's network: the loop takes it on to the next.
  const segment = segments[resumed?.progress.segment ?? 0] as Segment;
  const open = (of: Segment) => openLoader({ job: { ...job, config: segmentConfig(config, of) }, data }, notices);
  const loader = open(segment);
  try {
    const normalization = await normalizationOf(parts, loader);
    await checkInputs(parts, loader, normalization);
    const counts = countLabels(labelsOf(data, 'train'), data.classes.length);
    const classes = data.classes;
    const stageParts = {
      folder,
      base: job.base,
      config,
      engine,
      events,
      classes,
      counts,
      normalization,
      openLoader: open,
    };
    if (segments.length > 1) assertSegments(stageParts, segments);
    const stages = await Stages.open(stageParts, segment, loader, resumed?.state ?? null);
    const run: TrainRun = { config, data, segments, progress, stages, events, notices, stop };
    announcePlan(run, progress);
    return { ...run, close: () => stages.close() };
  } catch (error) {
    await loader.close();
    throw error;
  }
}

/** What the network will see of some training images, before the first epoch: ranges, and warnings where the scaling looks wrong. */
async function checkInputs(
  { job, data, events }: Prepared,
  loader: ImageLoader,
  normalization: Normalization,
): Promise<void> {
  if (!data.isNew) return;
  const checker = new InputChecker({ version: 1, ...decodeSettingsOf(job.config.input), normalization });
  const chosen = samplePositions(data.images, CHECKED_IMAGES, job.config.seed, data.split.train);
  for await (const batch of loader.pass(Uint32Array.from(chosen), { failed: 'drop' })) {
    const size = batch.pixels.length / batch.size;
    for (let i = 0; i < batch.size; i++) checker.add(batch.pixels.subarray(i * size, (i + 1) * size));
  }
  const records = chosen.map((at) => data.images[at] as ImageRecord);
  for (const largest of await deepFileMaxima(data.root, records)) checker.addDeepFile(largest);
  const { images, channels, findings } = checker.result();
  events.append({ kind: 'inputs', images, channels });
  for (const { code, message } of findings) events.append({ kind: 'warning', code, message });
}

/** Reads the images of a data set as the config's input and batch size say. */
export function openLoader({ job, data }: Pick<Prepared, 'job' | 'data'>, notices: Notices): ImageLoader {
  assertColorsFor(job.config);
  return new ImageLoader({
    root: data.root,
    images: data.images,
    settings: decodeSettingsOf(job.config.input),
    batchSize: job.config.training.batchSize,
    augment: { config: job.config.augment, seed: augmentSeed(job.config.seed), classes: data.classes.length },
    onFailed: ({ index, cause, message }) => notices.skip(cause, data.images[index]?.path ?? '', message),
    onCacheOff: (message) => notices.warn('no-cache', message),
  });
}

function recordProvenance({ folder, job, data, engine, events }: Prepared): void {
  const before = readProvenance(folder);
  if (!before) {
    const used = { dataFingerprint: data.fingerprint, journal: data.journal, weights: pretrainedFile(job) };
    writeJson(path.join(folder, jobFiles.provenance), describeProvenance(used, engine.info));
  } else if (before.engine.name !== engine.info.name) {
    const message = `The run began on ${before.engine.label} and goes on with ${engine.info.label}: its numbers will differ a little from an uninterrupted run's.`;
    events.append({ kind: 'warning', code: 'engine-changed', message });
  }
}

function announceEdits({ relabelled, labelled, excluded, resplit }: JournalEffect, events: EventWriter): void {
  if (relabelled + labelled + excluded + resplit === 0) return;
  events.append({ kind: 'edits', relabelled, labelled, excluded, resplit });
}

/** Absolute path of the pretrained weights; null without. */
function pretrainedFile({ config, base }: Prepared['job']): string | null {
  return config.model.weights ? weightsFileOf(config, base) : null;
}

function warnAboutData({ job, data, events }: Prepared): void {
  if (data.changed) events.append({ kind: 'warning', code: 'data-changed', message: data.changed });
  if (!data.isNew) return;
  const { model, input } = job.config;
  const wanted = model.weights ? inputOfWeights(weightsFileOf(job.config, job.base)) : null;
  if (wanted !== null && (input.normalize !== wanted || !seesColors(input.color))) {
    const message = `The pretrained weights were made for colours with input.normalize "${wanted}"; this run has ${input.color} and "${input.normalize}", which costs accuracy.`;
    events.append({ kind: 'warning', code: 'pretrained-input', message });
  }
  for (const { code, message } of data.warnings) events.append({ kind: 'warning', code, message });
  if (data.journal) announceEdits(data.journal, events);
  const warnings = dataWarnings({
    classes: data.classes,
    train: countLabels(labelsOf(data, 'train'), data.classes.length),
    validation: countLabels(labelsOf(data, 'validation'), data.classes.length),
    batchSize: job.config.training.batchSize,
  });
  for (const warning of warnings) events.append(warning);
}

function seesColors(color: ColorSpace): boolean {
  return color === 'rgb' || color === 'rgba' || color === 'bands';
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
