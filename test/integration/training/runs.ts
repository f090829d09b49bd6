import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createJob } from '../../../src/jobs/create.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import type { JobEvent } from '../../../src/protocol/events.ts';
import { readBestPoint, readResumePoint } from '../../../src/training/checkpoint.ts';
import { defaultConfig, type RunConfig, type TrainingConfig } from '../../../src/training/config.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';

export interface TestConfig {
  training?: Partial<TrainingConfig>;
  data?: Partial<RunConfig['data']>;
  input?: Partial<RunConfig['input']>;
  model?: Partial<RunConfig['model']>;
  engine?: RunConfig['engine']['name'];
  precision?: RunConfig['engine']['precision'];
  logging?: Partial<RunConfig['logging']>;
  seed?: number;
}

/** A run of a tiny network on the images in `folder/images`; everything it writes is inside `folder`. */
export function makeRun(folder: string, config: TestConfig = {}): string {
  // TensorFlow's binding is in the cache that the test chose.
  if (config.engine !== 'tensorflow') process.env.LOUPE_CACHE = path.join(folder, 'cache');
  return createJob(
    path.join(folder, '.loupe', 'runs'),
    {
      ...defaultConfig,
      data: { ...defaultConfig.data, source: 'images', validation: 0.25, ...config.data },
      input: { ...defaultConfig.input, width: 8, height: 8, ...config.input },
      model: { ...defaultConfig.model, width: 0.25, ...config.model },
      training: { ...defaultConfig.training, epochs: 2, batchSize: 8, learningRate: 0.01, ...config.training },
      engine: { name: config.engine ?? 'cpu', threads: 1, adapter: '', precision: config.precision ?? 'float32' },
      logging: { ...defaultConfig.logging, ...config.logging },
      seed: config.seed ?? defaultConfig.seed,
    },
    folder,
  );
}

export function readEvents(run: string): JobEvent[] {
  const lines = fs.readFileSync(path.join(run, jobFiles.events), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JobEvent);
}

export function eventsOf<Kind extends JobEvent['kind']>(run: string, kind: Kind): Extract<JobEvent, { kind: Kind }>[] {
  return readEvents(run).filter((event): event is Extract<JobEvent, { kind: Kind }> => event.kind === kind);
}

/** Steps and epochs as they count: those that a resume superseded are left out, and so are times. */
export function countedEvents(run: string): object[] {
  let counted: Extract<JobEvent, { kind: 'step' | 'epoch' }>[] = [];
  for (const event of readEvents(run)) {
    if (event.kind === 'resume') counted = counted.filter(({ step }) => step <= event.step);
    if (event.kind === 'step' || event.kind === 'epoch') counted.push(event);
  }
  return counted.map((event) => ({ ...event, t: 0, ms: 0, waitMs: 0, seconds: 0 }));
}

/** Equal in all but time: events as they count, the last and the best state, the model and its predictions. */
export function assertEqualRuns(actual: string, expected: string): void {
  assert.deepEqual(countedEvents(actual), countedEvents(expected));
  const last = (run: string) => readResumePoint(path.join(run, jobFiles.lastState))!;
  assert.deepEqual(last(actual).state, last(expected).state);
  const timeless = (run: string) => {
    const { progress } = last(run);
    return { ...progress, seconds: 0, costs: progress.costs.map((cost) => ({ ...cost, seconds: 0 })) };
  };
  assert.deepEqual(timeless(actual), timeless(expected));
  const best = (run: string) => readBestPoint(path.join(run, jobFiles.bestState));
  assert.deepEqual(best(actual), best(expected));
  const model = (run: string) => fs.readFileSync(path.join(run, jobFiles.model, 'weights.bin'));
  assert.ok(model(actual).equals(model(expected)));
  const predictions = (run: string) => fs.readFileSync(path.join(run, jobFiles.predictions), 'utf8');
  assert.equal(predictions(actual), predictions(expected));
}

/** Runs the job here and stops it as a user would, once `at` steps are in the events. */
export async function runAndStopAt(run: string, at: number): Promise<string> {
  const controller = new AbortController();
  const append = fs.writeSync;
  let steps = 0;
  // The event that says that a step is done is the only thing a test can hold on to between two steps.
  fs.writeSync = ((...args: Parameters<typeof fs.writeSync>) => {
    if (args[1]?.toString().includes('"kind":"step"') && ++steps === at) controller.abort();
    return append(...args);
  }) as typeof fs.writeSync;
  try {
    return await runTrainJob(run, { signal: controller.signal });
  } finally {
    fs.writeSync = append;
  }
}

/** Runs the job in a process of its own and kills that (−9) once the events hold `at` steps. */
export async function runAndKillAt(run: string, at: number): Promise<void> {
  const entry = path.resolve(import.meta.dirname, 'run-job-process.ts');
  const child = execFile(process.execPath, [entry, run], () => undefined);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const file = path.join(run, jobFiles.events);
  while (child.exitCode === null) {
    const steps = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('"kind":"step"').length - 1 : 0;
    if (steps >= at) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGKILL');
  await ended;
}
