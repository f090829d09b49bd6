// Seconds from starting a process until the network that it trains classifies 90 % of Fashion-MNIST's validation images: `loupe train`
// as a user starts it (scan, cache and start-up in it), and an equal script in plain PyTorch (fashion_mnist.py), in turns. On a machine
// with other work compare CPU seconds of one thread each: --threads 1 --together (Linux); they are of the whole process, start-up in it.
//   node bench/fashion-mnist.ts [pairs=3] [--target 0.9] [--epochs 4] [--engine tensorflow] [--threads 0] [--together]
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
import { cpuSeconds } from './process-cpu.ts';
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
    threads: { type: 'string', default: '0' },
    together: { type: 'boolean', default: false },
  },
});

interface Job {
  /** From the start of the process to the end of the first epoch that reached the target; null: none did. */
  secondsToTarget: number | null;
  /** The same of all threads; null: not known on this system. */
  cpuSecondsToTarget: number | null;
  /** To the end of the process, test images included. */
  secondsInAll: number;
  /** To the end of the first step. */
  secondsToFirstStep: number;
  /** Of the validation images after each epoch, 0–1. */
  accuracies: number[];
  load: number;
}

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
    `engine.threads=${options.threads}`,
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
    const cpu = cpuAtEpochs(runs, child);
    await succeeded(child);
    const secondsInAll = (Date.now() - begun) / 1000;
    const events = eventsIn(runs);
    const steps = events.filter((event) => event.kind === 'step');
    const epochs = events.filter((event) => event.kind === 'epoch');
    const reached = epochs.findIndex(({ validationAccuracy }) => (validationAccuracy ?? 0) >= target());
    const seconds = (event?: { t: number }) => (event ? round((event.t - begun) / 1000, 1) : null);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    return {
      secondsToTarget: seconds(epochs[reached]),
      cpuSecondsToTarget: cpu[reached] ?? null,
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

function eventsIn(runs: string): JobEvent[] {
  const name = fs.existsSync(runs) && fs.readdirSync(runs).find((entry) => !entry.startsWith('.'));
  const file = name && path.join(runs, name, jobFiles.events);
  if (!file || !fs.existsSync(file)) return [];
  const text = fs.readFileSync(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as JobEvent);
}

/** How often a run's events are looked at: its CPU seconds are as exact as that. */
const LOOK_MS = 500;

/** CPU seconds of the process at the end of each epoch, filled while it runs. */
function cpuAtEpochs(runs: string, child: ChildProcess): (number | null)[] {
  const cpu: (number | null)[] = [];
  const look = () => {
    const epochs = eventsIn(runs).filter(({ kind }) => kind === 'epoch').length;
    while (cpu.length < epochs) cpu.push(cpuSeconds(child.pid as number));
  };
  const timer = setInterval(look, LOOK_MS);
  child.once('close', () => clearInterval(timer));
  return cpu;
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
  child.stdin.end(`${JSON.stringify({ ...job, threads: Number(options.threads) || os.availableParallelism() })}\n`);
  const ended = succeeded(child);
  let secondsToTarget: number | null = null;
  let cpuSecondsToTarget: number | null = null;
  let secondsToFirstStep = Number.NaN;
  const accuracies: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const seconds = round((Date.now() - begun) / 1000, 1);
    const { accuracy, cpu } = JSON.parse(line) as { accuracy?: number; cpu?: number };
    if (accuracy === undefined) secondsToFirstStep = seconds;
    else accuracies.push(round(accuracy, 4));
    if ((accuracy ?? 0) < target()) continue;
    secondsToTarget ??= seconds;
    cpuSecondsToTarget ??= round(cpu ?? Number.NaN, 1);
  }
  await ended;
  const secondsInAll = round((Date.now() - begun) / 1000, 1);
  return { secondsToTarget, cpuSecondsToTarget, secondsInAll, secondsToFirstStep, accuracies, load: round(load, 1) };
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

if (!fs.existsSync(source)) throw new Error(`There is no ${source}.`);
const pairs: { loupe: Job & { loaderWaitShare: number }; pytorch: Job }[] = [];
for (let seed = 1; seed <= Number(positionals[0] ?? 3); seed++) {
  const [loupe, pytorch] = options.together
    ? await Promise.all([trainLoupe(seed), trainPyTorch(seed)])
    : [await trainLoupe(seed), await trainPyTorch(seed)];
  process.stderr.write(`seed ${seed}: ${loupe.secondsToTarget} s, PyTorch ${pytorch.secondsToTarget} s\n`);
  pairs.push({ loupe, pytorch });
}
const ratioOf = (name: 'secondsToTarget' | 'cpuSecondsToTarget') => {
  const ratios = pairs.flatMap(({ loupe, pytorch }) => {
    const [ours, theirs] = [loupe[name], pytorch[name]];
    return ours && theirs ? theirs / ours : [];
  });
  return ratios.length ? round(median(ratios), 2) : null;
};
writeResult('fashion-mnist', {
  what: `seconds from the start of the process to ${100 * Number(options.target)} % of the validation images`,
  settings: {
    ...options,
    batch: BATCH,
    learningRate: RATE,
    validation: VALIDATION,
  },
  ratioToPyTorch: ratioOf('secondsToTarget'),
  cpuRatioToPyTorch: ratioOf('cpuSecondsToTarget'),
  loaderWaitShare: Math.max(...pairs.map(({ loupe }) => loupe.loaderWaitShare)),
  pairs,
});
