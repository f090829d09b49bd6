import fs from 'node:fs';
import path from 'node:path';
import { chooseEngine } from '../../engines/choose.ts';
import { readWeights } from '../../engines/eager/weights.ts';
import type { Engine, Trainer } from '../../engines/engine.ts';
import { writeJson } from '../../files.ts';
import { assertValidConfig } from '../../jobs/config-file.ts';
import { type FinderJob, readFinderJob } from '../../jobs/finder-job.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readJob } from '../../jobs/read.ts';
import { countParameters } from '../../models/build.ts';
import { Problem } from '../../problem.ts';
import type { LrFinderReport, SweepReport } from '../../protocol/lr-finder.ts';
import { settleBatchSize } from '../batch-size/settle.ts';
import { assertSameShapes, type ResumePoint, readResumePoint } from '../checkpoint.ts';
import { classWeightsOf } from '../class-weights.ts';
import type { RunConfig } from '../config.ts';
import { countLabels } from '../data-warnings.ts';
import { type JobOutcome, type JobSession, runJobSession, scanReporter } from '../job-session.ts';
import type { ImageLoader, LoadedBatch } from '../loader.ts';
import { buildNetwork, createNetworkTrainer } from '../network.ts';
import { Notices } from '../notices.ts';
import { stepsPerEpoch } from '../order.ts';
import { normalizationOf, openLoader } from '../prepare.ts';
import { labelsOf, openRunData, type RunData } from '../run-data.ts';
import { type SamplingOptions, sampledCounts, sampledOrder } from '../sampling.ts';
import { type Segment, segmentConfig, segmentsOf } from '../segments.ts';
import { agreementBand, rangesOf } from './agreement.ts';
import { suggestRates, usableCurve } from './suggestions.ts';
import { runSweep } from './sweep.ts';
import { judge } from './verdict.ts';

/** What a finder that starts from a run takes over, so that it trains on the same images in the same way. */
const takenOver = [
  jobFiles.split,
  jobFiles.decisions,
  jobFiles.batchSize,
  path.join(jobFiles.state, 'normalization.json'),
];

/**
 * Does the finder of a folder: its sweeps, one seed after the other, then the verdict. Points are in `events.jsonl` as they
 * come, the whole in `report.json`; a stop keeps what there is. A run that it starts from is read and never written.
 * @throws Problem `not-a-finder`, `bad-job`, `newer-job`, `already-begun`, `run-locked`
 */
export async function runFinderJob(folder: string, options: { signal?: AbortSignal } = {}): Promise<JobOutcome> {
  const job = readFinderJob(folder);
  if (fs.existsSync(path.join(folder, jobFiles.events))) {
    throw new Problem('already-begun', `${folder} was begun before.`, 'Look for the learning rate again in a new one.');
  }
  return await runJobSession(folder, options.signal, (session) => find(job, session));
}

async function find(given: FinderJob, session: JobSession): Promise<'done' | 'stopped'> {
  const { folder, events, stop } = session;
  const started = performance.now();
  await assertValidConfig(given.config, path.join(folder, jobFiles.job));
  const resumed = takeOver(given, folder);
  const open = { ...given, config: configAt(given, resumed) };
  const data = await openRunData(folder, open, { signal: stop.signal, onProgress: scanReporter(events) });
  const { engine, reason, refused } = await chooseEngine(open.config.engine);
  try {
    const { name, label, device } = engine.info;
    events.append({ kind: 'engine', name, label, device, reason, refused });
    const job = await settleBatchSize(folder, open, { engine, data, events, stop });
    const sweeps = await sweepAll(job, session, { data, engine, resumed });
    if (sweeps.length === 0) return 'stopped';
    const suggestions = rangesOf(sweeps.map((sweep) => sweep.suggestions));
    const verdict = judge(sweeps, suggestions, job.sweep.steps);
    const report: LrFinderReport = {
      version: 1,
      sweep: job.sweep,
      verdict,
      suggestions,
      band: agreementBand(sweeps),
      sweeps,
      checkpoint: checkpointOf(resumed),
      engine: { name, label, device },
      dataFingerprint: data.fingerprint,
      seconds: (performance.now() - started) / 1000,
    };
    writeReport(folder, report);
    events.append({ kind: 'lr-verdict', verdict, suggestions });
    return stop.requested ? 'stopped' : 'done';
  } finally {
    await engine.dispose();
  }
}

/** The run's last checkpoint, with its split and normalisation copied here; null: there is none, or the finder is for no run. */
function takeOver({ origin }: FinderJob, folder: string): ResumePoint | null {
  if (origin.kind !== 'run') return null;
  for (const name of takenOver) {
    const file = path.join(origin.path, name);
    if (!fs.existsSync(file)) continue;
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.copyFileSync(file, path.join(folder, name));
  }
  return readResumePoint(path.join(origin.path, jobFiles.lastState));
}

/** The config as it reads in the phase that the training is in: its input size, batch size and frozen layers. */
function configAt({ config, origin }: FinderJob, resumed: ResumePoint | null): RunConfig {
  const continuations = resumed ? readJob(origin.path).continuations.map(({ epochs }) => epochs) : [];
  return segmentConfig(config, segmentsOf(config, continuations)[resumed?.progress.segment ?? 0] as Segment);
}

async function sweepAll(
  job: FinderJob,
  { folder, events, stop }: JobSession,
  { data, engine, resumed }: { data: RunData; engine: Engine; resumed: ResumePoint | null },
): Promise<SweepReport[]> {
  const { config, origin, sweep } = job;
  const notices = new Notices(data.skipped);
  const tell = () => {
    for (const event of notices.takeNew()) events.append(event);
  };
  tell();
  const asRun = { ...job, continuations: [] };
  const loader = openLoader({ job: asRun, data }, notices);
  try {
    const normalization = await normalizationOf({ folder, job: asRun, data, events, stop }, loader);
    const classes = data.classes.length;
    const counts = countLabels(labelsOf(data, 'train'), classes);
    const model = buildNetwork(config, classes, { base: job.base, pretrained: resumed === null });
    let trainer: Trainer | null = null;
    try {
      if (resumed) {
        const shapes = model.weights.map((weight) => weight.shape);
        assertSameShapes(path.join(origin.path, jobFiles.lastState), resumed.state.weights, shapes);
      }
      trainer = await createNetworkTrainer(engine, model, config, {
        normalization,
        classWeights: classWeightsOf(config.training.classWeights, sampledCounts(counts, config.training.sampling)),
        freeze: config.training.freeze,
      });
      const seeds = Array.from({ length: sweep.seeds }, (_, i) => (config.seed + i) >>> 0);
      const train = data.split.train;
      events.append({
        kind: 'lr-plan',
        sweep,
        seeds,
        images: Math.min(config.training.batchSize, train.length) * config.training.accumulate,
        train: train.length,
        classes,
        parameters: countParameters(model),
        checkpoint: checkpointOf(resumed),
      });
      events.append({ kind: 'status', state: 'running', pid: process.pid });
      const reports: SweepReport[] = [];
      for (const [at, seed] of seeds.entries()) {
        if (stop.requested) break;
        await begin(trainer, job, classes, seed, resumed);
        reports.push(await sweepOne(job, { at, seed, data, loader, trainer, resumed, events, stop }));
        tell();
      }
      return reports;
    } finally {
      trainer?.dispose();
      model.dispose();
    }
  } finally {
    await loader.close();
  }
}

/** The state from which a sweep starts: the run's checkpoint for every seed, else the first weights of that seed. */
async function begin(
  trainer: Trainer,
  { config, base }: FinderJob,
  classes: number,
  seed: number,
  resumed: ResumePoint | null,
): Promise<void> {
  if (resumed) return await trainer.writeState(resumed.state);
  if (seed === config.seed) return;
  const fresh = buildNetwork(config, classes, { seed, base, pretrained: true });
  try {
    await trainer.writeState({ weights: await readWeights(fresh), optimizer: [], averaged: [] });
  } finally {
    fresh.dispose();
  }
}

interface OneSweep extends Pick<JobSession, 'events' | 'stop'> {
  at: number;
  seed: number;
  data: RunData;
  loader: ImageLoader;
  trainer: Trainer;
  resumed: ResumePoint | null;
}

async function sweepOne({ config, sweep }: FinderJob, parts: OneSweep): Promise<SweepReport> {
  const { at, seed, data, loader, trainer, resumed, events, stop } = parts;
  const started = performance.now();
  const { accumulate, batchSize, sampling } = config.training;
  const from = resumed?.progress ?? { step: 0, epoch: 0, stepInEpoch: 0 };
  const batches = endlessBatches(loader, data, { seed, batchSize, sampling, ...from });
  try {
    const { rates, curve, end } = await runSweep({
      trainer,
      batches,
      settings: sweep,
      accumulate,
      firstStep: from.step + at * sweep.steps * accumulate,
      stopRequested: () => stop.requested,
      onPoint: (point) => events.append({ kind: 'lr-point', sweep: at, ...point }),
    });
    const suggestions = suggestRates(usableCurve(rates, curve.smoothed, sweep.steps));
    const seconds = (performance.now() - started) / 1000;
    events.append({ kind: 'lr-sweep', sweep: at, seed, end, suggestions, seconds });
    const { losses, smoothed } = curve;
    return { seed, end, rates, losses: losses.map(orNull), smoothed: smoothed.map(orNull), suggestions, seconds };
  } finally {
    await batches.return(undefined);
  }
}

/** The batches that training with `seed` would take from here on, epoch after epoch. */
async function* endlessBatches(
  loader: ImageLoader,
  data: RunData,
  from: Omit<SamplingOptions, 'epoch'> & { epoch: number; stepInEpoch: number; batchSize: number },
): AsyncGenerator<LoadedBatch, void> {
  const { seed, sampling } = from;
  const labels = labelsOf(data, 'train');
  for (let epoch = from.epoch, first = from.stepInEpoch; ; epoch++, first = 0) {
    const order = sampledOrder(data.split.train, labels, { seed, sampling, epoch });
    const to = stepsPerEpoch(order.length, from.batchSize);
    yield* loader.pass(order, { from: first, to, failed: 'replace', epoch });
  }
}

function checkpointOf(resumed: ResumePoint | null): LrFinderReport['checkpoint'] {
  return resumed && { step: resumed.progress.step, epoch: resumed.progress.epoch };
}

function writeReport(folder: string, report: LrFinderReport): void {
  const file = path.join(folder, jobFiles.report);
  try {
    writeJson(file, report);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
