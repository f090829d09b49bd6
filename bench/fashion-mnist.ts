// Seconds from starting a process until the network that it trains classifies 90 % of Fashion-MNIST's validation images: `loupe train`
// as a user starts it (scan, cache and start-up in it), and an equal script in plain PyTorch (fashion_mnist.py), in turns.
//   node bench/fashion-mnist.ts [pairs=3] [--target 0.9] [--epochs 4] [--engine tensorflow]
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { jobFiles } from '../src/jobs/job.ts';
import type { JobEvent } from '../src/protocol/events.ts';
import { pythonPeer, pythonPeersFolder } from '../test/python-peers.ts';
import { median, round } from './contestant.ts';
import { writeResult } from './result-file.ts';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(process.env.LOUPE_TEST_DATA ?? path.resolve(root, '..', 'shared', 'data'), 'fashion-mnist');
const BATCH = 64;
const RATE = 0.004;
const VALIDATION = 0.05;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', default: '0.9' },
    epochs: { type: 'string', default: '4' },
    engine: { type: 'string', default: 'tensorflow' },
  },
});

interface Job {
  /** From the start of the process to the end of the first epoch that reached the target; null: none did. */
  secondsToTarget: number | null;
  /** To the end of the process, test images included. */
  secondsInAll: number;
  /** To the end of the first step. */
  secondsToFirstStep: number;
  /** Of the validation images after each epoch, 0–1. */
  accuracies: number[];
  load: number;
}

if (!fs.existsSync(source)) throw new Error(`There is no ${source}.`);
const pairs: { loupe: Job & { loaderWaitShare: number }; pytorch: Job }[] = [];
for (let seed = 1; seed <= Number(positionals[0] ?? 3); seed++) {
  const loupe = await trainLoupe(seed);
  const pytorch = await trainPyTorch(seed);
  process.stderr.write(`seed ${seed}: ${loupe.secondsToTarget} s, PyTorch ${pytorch.secondsToTarget} s\n`);
  pairs.push({ loupe, pytorch });
}
const ratios = pairs.flatMap(({ loupe, pytorch }) =>
  loupe.secondsToTarget && pytorch.secondsToTarget ? pytorch.secondsToTarget / loupe.secondsToTarget : [],
);
writeResult('fashion-mnist', {
  what: `seconds from the start of the process to ${100 * Number(options.target)} % of the validation images`,
  settings: {
    ...options,
    batch: BATCH,
    learningRate: RATE,
    validation: VALIDATION,
    threads: os.availableParallelism(),
  },
  ratioToPyTorch: ratios.length ? round(median(ratios), 2) : null,
  loaderWaitShare: Math.max(...pairs.map(({ loupe }) => loupe.loaderWaitShare)),
  pairs,
});

async function trainLoupe(seed: number): Promise<Job & { loaderWaitShare: number }> {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-fashion-'));
  const sets = [
    `data.validation=${VALIDATION}`,
    'input.width=28',
    'input.height=28',
    'input.color=grey',
    'input.normalize=data-set',
    `training.batchSize=${BATCH}`,
    `training.learningRate=${RATE}`,
    `training.epochs=${options.epochs}`,
    `engine.name=${options.engine}`,
    `seed=${seed}`,
  ];
  try {
    const load = os.loadavg()[0] ?? 0;
    const runs = path.join(scratch, 'runs');
    const cli = [path.join(root, 'src', 'cli.ts'), 'train', source, '--runs', runs, '--progress', 'none', '--json'];
    const env = { LOUPE_TENSORFLOW: pythonPeersFolder(), ...process.env, LOUPE_CACHE: path.join(scratch, 'cache') };
    const begun = Date.now();
    const child = spawn(process.execPath, [...cli, ...sets.flatMap((set) => ['--set', set])], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await succeeded(child);
    const secondsInAll = (Date.now() - begun) / 1000;
    const folder = path.join(runs, fs.readdirSync(runs).find((name) => !name.startsWith('.')) as string);
    const lines = fs.readFileSync(path.join(folder, jobFiles.events), 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as JobEvent);
    const steps = events.filter((event) => event.kind === 'step');
    const epochs = events.filter((event) => event.kind === 'epoch');
    const seconds = (event?: { t: number }) => (event ? round((event.t - begun) / 1000, 1) : null);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    return {
      secondsToTarget: seconds(epochs.find(({ validationAccuracy }) => (validationAccuracy ?? 0) >= target())),
      secondsInAll: round(secondsInAll, 1),
      secondsToFirstStep: seconds(steps[0]) ?? Number.NaN,
      accuracies: epochs.map(({ validationAccuracy }) => round(validationAccuracy ?? 0, 4)),
      loaderWaitShare: round(sum(steps.map(({ waitMs }) => waitMs)) / sum(steps.map(({ ms }) => ms)), 4),
      load: round(load, 1),
    };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function trainPyTorch(seed: number): Promise<Job> {
  const load = os.loadavg()[0] ?? 0;
  const begun = Date.now();
  const child = spawn(pythonPeer(), [path.join(import.meta.dirname, 'fashion_mnist.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const job = {
    folder: source,
    epochs: Number(options.epochs),
    batch: BATCH,
    rate: RATE,
    validation: VALIDATION,
    seed,
  };
  child.stdin.end(`${JSON.stringify({ ...job, threads: os.availableParallelism() })}\n`);
  const ended = succeeded(child);
  let secondsToTarget: number | null = null;
  let secondsToFirstStep = Number.NaN;
  const accuracies: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const seconds = round((Date.now() - begun) / 1000, 1);
    const { accuracy } = JSON.parse(line) as { accuracy?: number };
    if (accuracy === undefined) secondsToFirstStep = seconds;
    else accuracies.push(round(accuracy, 4));
    if ((accuracy ?? 0) >= target()) secondsToTarget ??= seconds;
  }
  await ended;
  const secondsInAll = round((Date.now() - begun) / 1000, 1);
  return { secondsToTarget, secondsInAll, secondsToFirstStep, accuracies, load: round(load, 1) };
}

function target(): number {
  return Number(options.target);
}

function succeeded(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}.`))));
  });
}
