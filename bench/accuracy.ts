// Trains the small CNN on real data and writes what it reached to bench/results/accuracy.json.
//   node bench/accuracy.ts [fashion-mnist|intel-scenes|demo …] [--engine wasm] [--epochs 3] [--width 1] [--learning-rate 0.003] [--batch 64] [--dry]
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createJob } from '../src/jobs/create.ts';
import { jobFiles } from '../src/jobs/job.ts';
import { readSummary } from '../src/jobs/list.ts';
import type { JobEvent } from '../src/protocol/events.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import { runTrainJob } from '../src/training/run-job.ts';
import { describeMachine } from './machine.ts';

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'bench', 'results', 'accuracy.json');
const testData = process.env.LOUPE_TEST_DATA ?? path.resolve(root, '..', 'shared', 'data');

interface Task {
  /** Makes the data available and returns their folder; null where they are missing. */
  source(scratch: string): string | null;
  epochs: number;
  config: { input: Partial<RunConfig['input']>; training: Partial<RunConfig['training']>; validation: number };
}

const tasks: Record<string, Task> = {
  'fashion-mnist': {
    source: () => existing(path.join(testData, 'fashion-mnist')),
    epochs: 5,
    config: {
      input: { width: 28, height: 28, color: 'grey' },
      training: { batchSize: 64, learningRate: 0.004 },
      validation: 0.05,
    },
  },
  'intel-scenes': {
    source: (scratch) => unzipped(path.join(testData, 'intel-scenes-100px.zip'), scratch, 'intel-scenes'),
    epochs: 12,
    config: {
      input: { width: 64, height: 64 },
      training: { batchSize: 32, learningRate: 0.003 },
      validation: 0.1,
    },
  },
  demo: {
    source: () => existing(path.join(root, 'demo', 'manifest.csv')),
    epochs: 24,
    config: {
      input: { width: 32, height: 32 },
      training: { batchSize: 32, learningRate: 0.003 },
      validation: 0.2,
    },
  },
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'auto' },
    epochs: { type: 'string' },
    width: { type: 'string', default: '1' },
    'learning-rate': { type: 'string' },
    batch: { type: 'string' },
    dry: { type: 'boolean', default: false },
  },
});

for (const name of positionals.length ? positionals : Object.keys(tasks)) {
  const task = tasks[name];
  if (!task) throw new Error(`No task ${name}; there are ${Object.keys(tasks).join(', ')}.`);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-accuracy-'));
  try {
    const source = task.source(scratch);
    if (source) record(name, await measure(task, source, scratch));
    else process.stderr.write(`${name}: its data are not here\n`);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function measure(task: Task, source: string, scratch: string): Promise<Record<string, unknown>> {
  process.env.LOUPE_CACHE = path.join(scratch, 'cache');
  const config: RunConfig = {
    ...defaultConfig,
    data: { ...defaultConfig.data, source, validation: task.config.validation },
    input: { ...defaultConfig.input, normalize: 'data-set', ...task.config.input },
    model: { ...defaultConfig.model, width: Number(options.width) },
    training: {
      ...defaultConfig.training,
      ...task.config.training,
      epochs: Number(options.epochs ?? task.epochs),
      ...(options['learning-rate'] ? { learningRate: Number(options['learning-rate']) } : {}),
      ...(options.batch ? { batchSize: Number(options.batch) } : {}),
    },
    engine: { name: options.engine as RunConfig['engine']['name'], threads: 0, adapter: '', precision: 'float32' },
  };
  const folder = createJob(path.join(scratch, 'runs'), config, scratch);
  const started = performance.now();
  const outcome = await runTrainJob(folder);
  const seconds = (performance.now() - started) / 1000;
  const events = fs
    .readFileSync(path.join(folder, jobFiles.events), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JobEvent);
  const steps = events.filter((event) => event.kind === 'step');
  const done = events.find((event) => event.kind === 'done');
  const plan = events.find((event) => event.kind === 'plan');
  const summary = readSummary(folder);
  if (outcome !== 'done') throw new Error(`${summary.message} ${summary.advice}`);
  const trainMs = sum(steps.map(({ ms }) => ms));
  return {
    outcome,
    images: { train: plan?.train, validation: plan?.validation, test: plan?.test },
    epochs: done?.epochs,
    metrics: done?.metrics,
    epochValidationAccuracy: events.filter((event) => event.kind === 'epoch').map((event) => event.validationAccuracy),
    secondsFromStartToEnd: round(seconds),
    secondsTraining: round(done?.seconds ?? 0),
    imagesPerSecond: round((sum(steps.map(({ images }) => images)) / trainMs) * 1000),
    millisecondsPerStep: round(trainMs / steps.length),
    loaderWaitShare: round(sum(steps.map(({ waitMs }) => waitMs)) / trainMs, 4),
    parameters: plan?.parameters,
    engine: `${summary.engine}, ${summary.device}`,
    config: { input: config.input, model: config.model, training: config.training },
    machine: describeMachine(),
    measuredAt: new Date().toISOString(),
  };
}

function record(name: string, result: Record<string, unknown>): void {
  process.stdout.write(`${name} ${JSON.stringify(result, null, 2)}\n`);
  if (options.dry) return;
  const before = fs.existsSync(results) ? JSON.parse(fs.readFileSync(results, 'utf8')) : {};
  fs.mkdirSync(path.dirname(results), { recursive: true });
  fs.writeFileSync(results, `${JSON.stringify({ ...before, [name]: result }, null, 2)}\n`);
}

function existing(file: string): string | null {
  return fs.existsSync(file) ? file : null;
}

function unzipped(file: string, scratch: string, folder: string): string | null {
  if (!fs.existsSync(file)) return null;
  const { status, stderr } = spawnSync('unzip', ['-q', file, '-d', scratch], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`unzip ${file}: ${stderr}`);
  return path.join(scratch, folder);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
