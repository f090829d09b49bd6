// Seconds of training until a network from scratch classifies 80 % of 2,000 CIFAR-10 test images, from 10,000 training images; Loupe
// and the same recipe in plain PyTorch (cifar_scratch.py), in turns. Evaluation is left out of the seconds.
//   node bench/cifar-scratch.ts [--target 0.8] [--epochs 30] [--width 2] [--depth 2] [--images 10000] [--engine tensorflow] [--mixed] [--seeds 1]
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { applySet } from '../src/jobs/apply-set.ts';
import { createJob } from '../src/jobs/create.ts';
import { jobFiles } from '../src/jobs/job.ts';
import type { JobEvent } from '../src/protocol/events.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import { pythonPeer, pythonPeersFolder } from '../test/python-peers.ts';
import { writeResult } from './result-file.ts';

const root = path.resolve(import.meta.dirname, '..');
const archive = path.join(process.env.LOUPE_TEST_DATA ?? path.resolve(root, '..', 'shared', 'data'), 'cifar10n.zip');
const BATCH = 64;
const RATE = 0.05;
const WEIGHT_DECAY = 5e-4;
const SMOOTHING = 0.1;

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', default: '0.8' },
    epochs: { type: 'string', default: '30' },
    width: { type: 'string', default: '2' },
    depth: { type: 'string', default: '2' },
    images: { type: 'string', default: '10000' },
    engine: { type: 'string', default: 'tensorflow' },
    mixed: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '1' },
  },
});

interface EpochFigure {
  epoch: number;
  /** Of the test images, 0–1. */
  accuracy: number;
  /** Of training, from the start. */
  seconds: number;
}

if (!fs.existsSync(archive)) throw new Error(`There is no ${archive}.`);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-cifar-'));
try {
  const source = unpack();
  const runs: { seed: number; loupe: Curve; pytorch: Curve }[] = [];
  for (let seed = 1; seed <= Number(options.seeds); seed++) {
    const loupe = curveOf(await trainLoupe(source, seed));
    const pytorch = curveOf(await trainPyTorch(source, seed));
    runs.push({ seed, loupe, pytorch });
  }
  writeResult('cifar-scratch', {
    what: `seconds of training to ${100 * Number(options.target)} % of 2,000 test images, ${options.images} training images`,
    settings: { ...options, batch: BATCH, learningRate: RATE, weightDecay: WEIGHT_DECAY, labelSmoothing: SMOOTHING },
    runs,
  });
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}

interface Curve {
  /** Null: the target was not reached. */
  secondsToTarget: number | null;
  epochsToTarget: number | null;
  secondsInAll: number;
  finalAccuracy: number;
  accuracies: number[];
}

function curveOf(epochs: EpochFigure[]): Curve {
  const reached = epochs.find(({ accuracy }) => accuracy >= Number(options.target));
  const last = epochs.at(-1) as EpochFigure;
  return {
    secondsToTarget: reached ? Math.round(reached.seconds * 10) / 10 : null,
    epochsToTarget: reached?.epoch ?? null,
    secondsInAll: Math.round(last.seconds * 10) / 10,
    finalAccuracy: last.accuracy,
    accuracies: epochs.map(({ accuracy }) => accuracy),
  };
}

/** `train/<class>` and the test images as `val/<class>`, so that both measure them after each epoch. */
function unpack(): string {
  const { status, stderr } = spawnSync('unzip', ['-q', archive, '-d', scratch], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`unzip ${archive}: ${stderr}`);
  const folder = path.join(scratch, 'cifar10n');
  fs.renameSync(path.join(folder, 'test'), path.join(folder, 'val'));
  for (const label of fs.readdirSync(path.join(folder, 'train'))) {
    const files = fs.readdirSync(path.join(folder, 'train', label)).sort();
    for (const file of files.slice(Number(options.images) / 10)) fs.rmSync(path.join(folder, 'train', label, file));
  }
  return folder;
}

async function trainLoupe(source: string, seed: number): Promise<EpochFigure[]> {
  const sets = [
    'input.width=32',
    'input.height=32',
    'input.normalize=data-set',
    'augment.flip.horizontal=0.5',
    'augment.crop.probability=1',
    'model.dropout=0',
    `model.width=${options.width}`,
    `model.depth=${options.depth}`,
    `training.epochs=${options.epochs}`,
    `training.batchSize=${BATCH}`,
    'training.optimizer=sgd',
    'training.optimizer.nesterov=true',
    `training.optimizer.weightDecay=${WEIGHT_DECAY}`,
    `training.learningRate=${RATE}`,
    `training.loss.labelSmoothing=${SMOOTHING}`,
    'training.checkpoints.metric=validation-accuracy',
    `engine.name=${options.engine}`,
    ...(options.mixed ? ['engine.precision=mixed'] : []),
    `seed=${seed}`,
  ];
  const start: RunConfig = { ...defaultConfig, data: { ...defaultConfig.data, source } };
  const folder = createJob(path.join(scratch, 'runs'), sets.reduce(applySet, start), scratch);
  const env = { LOUPE_TENSORFLOW: pythonPeersFolder(), LOUPE_CACHE: path.join(scratch, 'cache'), ...process.env };
  await run(process.execPath, [path.join(root, 'src', 'cli.ts'), 'train', folder, '--progress', 'none'], { env });
  const events = fs
    .readFileSync(path.join(folder, jobFiles.events), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JobEvent);
  let seconds = 0;
  const figures: EpochFigure[] = [];
  for (const event of events) {
    if (event.kind === 'step') seconds += event.ms / 1000;
    if (event.kind === 'epoch') figures.push({ epoch: event.epoch, accuracy: event.validationAccuracy ?? 0, seconds });
  }
  return figures;
}

async function trainPyTorch(source: string, seed: number): Promise<EpochFigure[]> {
  const job = {
    folder: source,
    epochs: Number(options.epochs),
    batch: BATCH,
    rate: RATE,
    weightDecay: WEIGHT_DECAY,
    smoothing: SMOOTHING,
    width: Number(options.width),
    depth: Number(options.depth),
    mixed: options.mixed,
    threads: os.availableParallelism(),
    seed,
  };
  const script = path.join(import.meta.dirname, 'cifar_scratch.py');
  const output = await run(pythonPeer(), [script], { input: `${JSON.stringify(job)}\n` });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EpochFigure);
}

function run(
  file: string,
  args: string[],
  { env = process.env, input = '' }: { env?: NodeJS.ProcessEnv; input?: string },
): Promise<string> {
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${file} ended with code ${code}.`))));
  });
}
