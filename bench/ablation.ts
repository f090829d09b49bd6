// What each trick adds: a plain CNN from scratch, then each trick alone, then all that helped together; each with several seeds.
// Figures are of the held-out test images, by the weights of the last epoch: nothing is chosen by looking at them.
//   node bench/ablation.ts [cifar|intel …] [--images 10000] [--epochs 12] [--seeds 3] [--engine tensorflow] [--only one-cycle,flips]
//     [--side 32]: pixels; default: the task's [--minutes 30]: begin no further seed of the single tricks after that time; the table says how many each had
// Runs that are in bench/results/ablation-<task>.json already are not made again: stop it at any time and go on later.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { applySet } from '../src/jobs/apply-set.ts';
import { assertValidConfig } from '../src/jobs/config-file.ts';
import { createJob } from '../src/jobs/create.ts';
import { jobFiles } from '../src/jobs/job.ts';
import { readSummary } from '../src/jobs/list.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import type { RunReport } from '../src/training/report.ts';
import { runTrainJob } from '../src/training/run-job.ts';
import { pythonPeersFolder } from '../test/python-peers.ts';
import { describeMachine } from './machine.ts';

const root = path.resolve(import.meta.dirname, '..');
const testData = process.env.LOUPE_TEST_DATA ?? path.resolve(root, '..', 'shared', 'data');

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    images: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '12' },
    seeds: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'tensorflow' },
    side: { type: 'string' },
    only: { type: 'string' },
    minutes: { type: 'string', default: 'Infinity' },
  },
});

interface Task {
  archive: string;
  folder: string;
  /** Pixels. */
  side: number;
}

const tasks: Record<string, Task> = {
  cifar: {
    archive: 'cifar10n.zip',
    folder: 'cifar10n',
    side: 32,
  },
  intel: {
    archive: 'intel-scenes-100px.zip',
    folder: 'intel-scenes',
    side: 64,
  },
};

const BATCH = 64;

/** Adam at a constant rate, no regularisation, no augmentation. */
const plain = [
  'data.validation=0',
  'input.normalize=data-set',
  'model.dropout=0',
  `training.batchSize=${BATCH}`,
  'training.learningRate=0.002',
  'training.schedule=constant',
  'training.optimizer.weightDecay=0',
];

/** Tricks of one group exclude each other: of those that help, the best goes into the combination. */
interface Variant {
  group?: string;
  sets: string[];
}

/** Half, three quarters and the whole of the size, a third of the epochs each. */
function phasesOf(side: number, epochs: number): object[] {
  const third = Math.floor(epochs / 3);
  return [
    { epochs: third, size: side / 2 },
    { epochs: third, size: (side / 4) * 3 },
    { epochs: epochs - 2 * third, size: side },
  ];
}

/** @param updates of the weights in a run: an average must not remember the first ones. */
function variantsOf(side: number, epochs: number, updates: number): Record<string, Variant> {
  const decay = Math.min(0.99, Math.floor((1 - 5 / updates) * 100) / 100);
  return {
    'one-cycle': { group: 'schedule', sets: ['training.schedule=one-cycle'] },
    cosine: { group: 'schedule', sets: ['training.schedule=cosine'] },
    'warm-up': { sets: ['training.schedule.warmUp=1'] },
    'weight-decay': { sets: ['training.optimizer.weightDecay=0.05'] },
    dropout: { sets: ['model.dropout=0.3'] },
    'label-smoothing': { sets: ['training.loss.labelSmoothing=0.1'] },
    'averaged-weights': { sets: [`training.ema=${decay}`] },
    'gradient-clipping': { sets: ['training.clip.norm=1'] },
    swish: { sets: ['model.activation=swish'] },
    flips: { sets: ['augment.flip.horizontal=0.5'] },
    'padded-crop': { sets: ['augment.crop.probability=1'] },
    'random-erasing': { sets: ['augment.erase.probability=0.5'] },
    'trivial-augment': { group: 'policy', sets: ['augment.policy.name=trivial-augment'] },
    'rand-augment': { group: 'policy', sets: ['augment.policy.name=rand-augment'] },
    'mix-up': { group: 'mix', sets: ['augment.mixUp.probability=1'] },
    'cut-mix': { group: 'mix', sets: ['augment.cutMix.probability=1'] },
    'progressive-resizing': { sets: [`training.phases=${JSON.stringify(phasesOf(side, epochs))}`] },
  };
}

interface Result {
  seed: number;
  testAccuracy: number;
  testLoss: number;
  /** Of training; other work on the machine is part of it. */
  seconds: number;
  images: number;
  pixels: number;
}

interface Row {
  variant: string;
  seeds: number;
  accuracy: number;
  /** Sample standard deviation over the seeds; null with one. */
  sd: number | null;
  /** Mean difference to the baseline of the same seeds, and its standard error. */
  gain: number;
  gainError: number | null;
  seconds: number;
  /** Pixels that were trained on, relative to the baseline. */
  work: number;
}

interface Stored {
  settings: { images: number; epochs: number; side: number; engine: string; baseline: string[] };
  runs: Record<string, Result[]>;
  /** What the combination is made of, once all tricks were measured. */
  helped?: string[];
  table?: Row[];
  machine?: object;
  measuredAt?: string;
}

const images = Number(options.images);
const epochs = Number(options.epochs);
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);

for (const name of positionals.length ? positionals : Object.keys(tasks)) {
  const task = tasks[name];
  if (!task) throw new Error(`No task ${name}; there are ${Object.keys(tasks).join(', ')}.`);
  const archive = path.join(testData, task.archive);
  if (!fs.existsSync(archive)) process.stderr.write(`${name}: its data are not here\n`);
  else await ablate(name, task, archive);
}

async function ablate(name: string, task: Task, archive: string): Promise<void> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-ablation-'));
  try {
    const { status, stderr } = spawnSync('unzip', ['-q', archive, '-d', scratch], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`unzip ${archive}: ${stderr}`);
    const source = path.join(scratch, task.folder);
    thin(path.join(source, 'train'), images);
    const side = Number(options.side ?? task.side);
    const stored = load(name, side);
    const variants = variantsOf(side, epochs, Math.floor(images / BATCH) * epochs);
    const wanted = options.only?.split(',') ?? Object.keys(variants);
    const measure = async (variant: string, sets: string[], seed: number) => {
      const known = stored.runs[variant] ?? [];
      if (known.some((result) => result.seed === seed)) return;
      const result = await train(
        source,
        scratch,
        [...plain, `input.width=${side}`, `input.height=${side}`, ...sets],
        seed,
      );
      stored.runs[variant] = [...known, result];
      save(name, stored);
      const percent = (100 * result.testAccuracy).toFixed(2);
      process.stderr.write(`${name} ${variant} seed ${seed}: ${percent} %, ${result.seconds} s\n`);
    };
    const end = performance.now() + Number(options.minutes) * 60_000;
    for (const seed of seeds) {
      if (seed > 1 && performance.now() > end) break;
      await measure('baseline', [], seed);
      for (const variant of wanted) await measure(variant, variants[variant]?.sets ?? [], seed);
    }
    stored.helped = helping(stored, variants);
    const sets = stored.helped.flatMap((variant) => variants[variant]?.sets ?? []);
    const label = `all that helped: ${stored.helped.join(', ')}`;
    for (const { seed } of stored.runs.baseline ?? []) await measure(label, sets, seed);
    save(name, stored);
    process.stdout.write(`${name}\n${JSON.stringify(stored.table, null, 2)}\n`);
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** Leaves the first images of each class, so many in all. */
function thin(folder: string, total: number): void {
  const classes = fs.readdirSync(folder).sort();
  for (const label of classes) {
    const files = fs.readdirSync(path.join(folder, label)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    for (const file of files.slice(Math.floor(total / classes.length))) fs.rmSync(path.join(folder, label, file));
  }
}

async function train(source: string, scratch: string, sets: string[], seed: number): Promise<Result> {
  const given = [...sets, `training.epochs=${epochs}`, `seed=${seed}`, `engine.name=${options.engine}`];
  const config = given.reduce<RunConfig>(applySet, { ...defaultConfig, data: { ...defaultConfig.data, source } });
  await assertValidConfig(config, 'The settings of the ablation');
  const folder = createJob(path.join(scratch, 'runs'), config, scratch);
  // In this process: TensorFlow is loaded once for all runs.
  process.env.LOUPE_TENSORFLOW ??= pythonPeersFolder();
  process.env.LOUPE_CACHE = path.join(scratch, 'cache');
  if ((await runTrainJob(folder)) !== 'done') throw new Error(readSummary(folder).message ?? 'The run failed.');
  const report = JSON.parse(fs.readFileSync(path.join(folder, jobFiles.report), 'utf8')) as RunReport;
  fs.rmSync(folder, { recursive: true });
  return {
    seed,
    testAccuracy: report.metrics.testAccuracy ?? Number.NaN,
    testLoss: report.metrics.testLoss ?? Number.NaN,
    seconds: Math.round(report.seconds * 10) / 10,
    images: report.cost?.images ?? 0,
    pixels: report.cost?.pixels ?? 0,
  };
}

/** Tricks whose gain is more than its standard error; of a group only the best. */
function helping(stored: Stored, variants: Record<string, Variant>): string[] {
  const rows = tableOf(stored).filter((row) => variants[row.variant] && row.gain > (row.gainError ?? 0));
  const best = new Map<string, Row>();
  for (const row of rows) {
    const key = variants[row.variant]?.group ?? row.variant;
    if (row.gain > (best.get(key)?.gain ?? 0)) best.set(key, row);
  }
  return [...best.values()].map(({ variant }) => variant);
}

function tableOf({ runs }: Stored): Row[] {
  const baseline = new Map((runs.baseline ?? []).map((result) => [result.seed, result]));
  const pixels = mean([...baseline.values()].map((result) => result.pixels));
  return Object.entries(runs).map(([variant, results]) => {
    const accuracies = results.map(({ testAccuracy }) => testAccuracy);
    const gains = results.flatMap(({ seed, testAccuracy }) => {
      const other = baseline.get(seed);
      return other ? [testAccuracy - other.testAccuracy] : [];
    });
    const spread = deviation(gains);
    return {
      variant,
      seeds: results.length,
      accuracy: round(mean(accuracies)),
      sd: roundOrNull(deviation(accuracies)),
      gain: round(mean(gains)),
      gainError: roundOrNull(spread === null ? null : spread / Math.sqrt(gains.length)),
      seconds: round(mean(results.map(({ seconds }) => seconds)), 1),
      work: round(mean(results.map((result) => result.pixels)) / pixels, 2),
    };
  });
}

function fileOf(name: string): string {
  return path.join(root, 'bench', 'results', `ablation-${name}.json`);
}

/** What was measured with these very settings; others start anew. */
function load(name: string, side: number): Stored {
  const settings = { images, epochs, side, engine: options.engine, baseline: plain };
  const file = fileOf(name);
  if (!fs.existsSync(file)) return { settings, runs: {} };
  const stored = JSON.parse(fs.readFileSync(file, 'utf8')) as Stored;
  return JSON.stringify(stored.settings) === JSON.stringify(settings) ? stored : { settings, runs: {} };
}

function save(name: string, stored: Stored): void {
  stored.table = tableOf(stored);
  stored.machine = describeMachine();
  stored.measuredAt = new Date().toISOString();
  const file = fileOf(name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(stored, null, 2)}\n`);
  fs.renameSync(`${file}.new`, file);
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

function round(value: number, digits = 4): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : round(value);
}
