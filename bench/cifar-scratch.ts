// Seconds of training until a network from scratch classifies 80 % of 2,000 CIFAR-10 test images, from 10,000 training images; Loupe
// and the same recipe in plain PyTorch (cifar_scratch.py), in turns. Evaluation is left out of the seconds. On a machine with other work
// compare CPU seconds of one thread each: --threads 1 --together (Linux). Loupe's are of the whole process, loader and logs in it.
//   node bench/cifar-scratch.ts [--target 0.8] [--epochs 16] [--width 1.5] [--depth 2] [--images 10000] [--engine tensorflow] [--mixed]
//     [--seeds 1] [--threads 0] [--together]
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { applySet } from '../src/jobs/apply-set.ts';
import { createJob } from '../src/jobs/create.ts';
import { jobFiles } from '../src/jobs/job.ts';
import type { JobEvent } from '../src/protocol/events.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import { pythonPeer, pythonPeersFolder } from '../test/python-peers.ts';
import { cpuSeconds } from './process-cpu.ts';
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
    epochs: { type: 'string', default: '16' },
    width: { type: 'string', default: '1.5' },
    depth: { type: 'string', default: '2' },
    images: { type: 'string', default: '10000' },
    engine: { type: 'string', default: 'tensorflow' },
    mixed: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '0' },
    together: { type: 'boolean', default: false },
  },
});

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-cifar-'));
const STEPS_PER_EPOCH = Math.floor(Number(options.images) / BATCH);

interface EpochFigure {
  epoch: number;
  /** Of the test images, 0–1. */
  accuracy: number;
  /** Of training, from the start. */
  seconds: number;
  /** Of all threads; null: not known on this system. */
  cpuSeconds: number | null;
}

interface Curve {
  /** Null: the target was not reached. */
  secondsToTarget: number | null;
  cpuSecondsToTarget: number | null;
  epochsToTarget: number | null;
  secondsInAll: number;
  finalAccuracy: number;
  accuracies: number[];
}

function curveOf(epochs: EpochFigure[]): Curve {
  const reached = epochs.find(({ accuracy }) => accuracy >= Number(options.target));
  const last = epochs.at(-1) as EpochFigure;
  return {
    secondsToTarget: tenths(reached?.seconds),
    cpuSecondsToTarget: tenths(reached?.cpuSeconds),
    epochsToTarget: reached?.epoch ?? null,
    secondsInAll: tenths(last.seconds) as number,
    finalAccuracy: last.accuracy,
    accuracies: epochs.map(({ accuracy }) => accuracy),
  };
}

function tenths(seconds: number | null | undefined): number | null {
  return seconds == null ? null : Math.round(seconds * 10) / 10;
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
    `engine.threads=${options.threads}`,
    ...(options.mixed ? ['engine.precision=mixed'] : []),
    `seed=${seed}`,
  ];
  const start: RunConfig = { ...defaultConfig, data: { ...defaultConfig.data, source } };
  const folder = createJob(path.join(scratch, 'runs'), sets.reduce(applySet, start), scratch);
  const env = { LOUPE_TENSORFLOW: pythonPeersFolder(), LOUPE_CACHE: path.join(scratch, 'cache'), ...process.env };
  const cli = [path.join(root, 'src', 'cli.ts'), 'train', folder, '--progress', 'none'];
  const child = spawn(process.execPath, cli, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const curve = new LoupeCurve(path.join(folder, jobFiles.events), child.pid as number);
  const timer = setInterval(() => curve.look(), LOOK_MS);
  try {
    await ended(child);
    curve.look();
    return curve.epochs;
  } finally {
    clearInterval(timer);
  }
}

/** How often the events are looked at: CPU seconds are as exact as that. */
const LOOK_MS = 100;

/** Reads a run's events as they come, and how much CPU its process has used by then. */
class LoupeCurve {
  readonly epochs: EpochFigure[] = [];
  readonly #file: string;
  readonly #pid: number;
  #offset = 0;
  #seconds = 0;
  #cpu: { training: number; before: number | null; stepping: boolean } = { training: 0, before: null, stepping: false };

  constructor(file: string, pid: number) {
    this.#file = file;
    this.#pid = pid;
  }

  look(): void {
    if (!fs.existsSync(this.#file)) return;
    const text = fs.readFileSync(this.#file, 'utf8');
    const end = text.lastIndexOf('\n') + 1;
    const events = text.slice(this.#offset, end).split('\n').filter(Boolean);
    this.#offset = end;
    this.#countCpu();
    for (const line of events) this.#take(JSON.parse(line) as JobEvent);
  }

  /** What was used since the last look is training where a step was going on then; validation and saving are not. */
  #countCpu(): void {
    const now = cpuSeconds(this.#pid);
    const { before, stepping } = this.#cpu;
    if (now !== null && before !== null && stepping) this.#cpu.training += now - before;
    this.#cpu.before = now;
  }

  #take(event: JobEvent): void {
    if (event.kind === 'plan') this.#cpu.stepping = true;
    if (event.kind === 'step') {
      this.#seconds += event.ms / 1000;
      this.#cpu.stepping = event.step % STEPS_PER_EPOCH !== 0;
    }
    if (event.kind !== 'epoch') return;
    this.#cpu.stepping = true;
    const cpu = fs.existsSync('/proc') ? this.#cpu.training : null;
    const accuracy = event.validationAccuracy ?? 0;
    this.epochs.push({ epoch: event.epoch, accuracy, seconds: this.#seconds, cpuSeconds: cpu });
    process.stderr.write(`loupe ${JSON.stringify(this.epochs.at(-1))}\n`);
  }
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
    threads: Number(options.threads) || os.availableParallelism(),
    seed,
  };
  const child = spawn(pythonPeer(), [path.join(import.meta.dirname, 'cifar_scratch.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify(job)}\n`);
  const end = ended(child);
  const epochs: EpochFigure[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    epochs.push(JSON.parse(line) as EpochFigure);
    process.stderr.write(`pytorch ${line}\n`);
  }
  await end;
  return epochs;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${child.spawnfile} ended with ${code}.`))));
  });
}

if (!fs.existsSync(archive)) throw new Error(`There is no ${archive}.`);
try {
  const source = unpack();
  const runs: { seed: number; loupe: Curve; pytorch: Curve }[] = [];
  for (let seed = 1; seed <= Number(options.seeds); seed++) {
    const sides = [() => trainLoupe(source, seed), () => trainPyTorch(source, seed)];
    const epochs = options.together
      ? await Promise.all(sides.map((side) => side()))
      : [await sides[0]!(), await sides[1]!()];
    const [loupe, pytorch] = epochs.map(curveOf) as [Curve, Curve];
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
