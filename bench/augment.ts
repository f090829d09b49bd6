// Augmentation, images a CPU second on one core: Loupe's worker code beside torchvision.transforms.v2 and Keras layers, in turns in the
// same run; and its share of a training step, with the loader's wait. Needs the tests' Python environment.
//   node bench/augment.ts [rounds=3] [--seconds 0.7] [--sides 64,224] [--only peers|steps] [--engines tensorflow]
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openDataSet } from '../src/dataset/open.ts';
import type { DataSet } from '../src/dataset/types.ts';
import { chooseEngine } from '../src/engines/choose.ts';
import type { Engine } from '../src/engines/engine.ts';
import { makeSample } from '../src/host/data-sets/sample.ts';
import { Augmenter } from '../src/images/augment/augmenter.ts';
import { seededRandom } from '../src/random.ts';
import { augmentSeed } from '../src/training/augment-seed.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import { augmentPresets } from '../src/training/config-augment-presets.ts';
import { ImageLoader } from '../src/training/loader.ts';
import { buildNetwork, createNetworkTrainer } from '../src/training/network.ts';
import { epochOrder } from '../src/training/order.ts';
import { pythonPeer, pythonPeersFolder } from '../test/python-peers.ts';
import { describeMachine } from './machine.ts';
import { writeResult } from './result-file.ts';

const BATCH = 32;
const presets = ['light', 'fastai', 'rand-augment'] as const;
/** Seconds that a contestant may take to get ready (Keras traces a graph); then it is left out. */
const PATIENCE = 45;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '0.7' },
    sides: { type: 'string', default: '64,224' },
    only: { type: 'string' },
    engines: { type: 'string', default: 'tensorflow' },
    ours: { type: 'boolean', default: false },
  },
});

interface Case {
  side: number;
  preset: (typeof presets)[number];
}

interface Row extends Case {
  /** A CPU second; null: it was not ready in time. */
  imagesPerSecond: Record<string, number | null>;
  ratioToTorchvision: number | null;
  ratioToKeras: number | null;
}

async function main(): Promise<void> {
  const rounds = Number(positionals[0] ?? 3);
  const before = earlier();
  const peers = options.only === 'steps' ? before.peers : await comparePeers(rounds);
  // What took so long is kept, whatever comes.
  writeResult('augment', { batch: BATCH, peers, steps: before.steps });
  if (options.only !== 'peers') writeResult('augment', { batch: BATCH, peers, steps: await stepShares() });
}

/** Of the last result, which a measurement of one part leaves as it is. */
function earlier(): { peers: object | null; steps: object | null } {
  const file = path.join(import.meta.dirname, 'results', 'augment.json');
  if (!fs.existsSync(file)) return { peers: null, steps: null };
  const { peers, steps } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return { peers, steps };
}

/** A process on core 0 that gets ready for a case, then augments for as long as it is told. */
class Contestant {
  readonly name: string;
  version = '';
  readonly #command: string[];
  #process: { child: ChildProcess; lines: AsyncIterator<string> } | null = null;

  constructor(name: string, command: string[]) {
    this.name = name;
    this.#command = command;
  }

  /** @returns false where it took too long; it starts anew with the next case. */
  async prepare(job: Case): Promise<boolean> {
    if (!this.#process) {
      const child = spawn('taskset', ['-c', '0', ...this.#command], { stdio: ['pipe', 'pipe', 'inherit'] });
      this.#process = { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    }
    const version = await this.#ask<string>({ ...job, batch: BATCH }, PATIENCE);
    if (version !== null) this.version = version;
    return version !== null;
  }

  async imagesPerSecond(): Promise<number> {
    const answer = await this.#ask<{ batches: number; seconds: number }>({ seconds: Number(options.seconds) }, 60);
    if (!answer) throw new Error(`${this.name} does not answer.`);
    return (answer.batches * BATCH) / answer.seconds;
  }

  close(): void {
    this.#process?.child.kill();
    this.#process = null;
  }

  async #ask<T>(question: object, patience: number): Promise<T | null> {
    const { child, lines } = this.#process!;
    child.stdin!.write(`${JSON.stringify(question)}\n`);
    const timer = new AbortController();
    const late = sleep(patience * 1000, null, { signal: timer.signal }).catch(() => null);
    const next = await Promise.race([lines.next(), late]);
    timer.abort();
    if (next?.done) throw new Error(`${this.name} ended.`);
    if (!next) this.close();
    return next && (JSON.parse(next.value) as T);
  }
}

async function comparePeers(rounds: number) {
  const python = [pythonPeer(), path.join(import.meta.dirname, 'augment_peers.py')];
  const contestants = [
    new Contestant('loupe', [process.execPath, import.meta.filename, '--ours']),
    new Contestant('torchvision', [...python, 'torchvision']),
    new Contestant('keras', [...python, 'keras']),
  ];
  const rows: Row[] = [];
  try {
    for (const side of options.sides.split(',').map(Number)) {
      for (const preset of presets) {
        rows.push(await compareCase(contestants, { side, preset }, rounds));
        process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
      }
    }
  } finally {
    for (const contestant of contestants) contestant.close();
  }
  const versions = contestants.slice(1).map(({ version }) => version);
  return { rounds, core: 0, machine: describeMachine(), versions, rows };
}

async function compareCase(contestants: Contestant[], job: Case, rounds: number): Promise<Row> {
  const ready = [];
  for (const contestant of contestants) if (await contestant.prepare(job)) ready.push(contestant);
  const speeds = new Map(ready.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of ready) speeds.get(contestant.name)!.push(await contestant.imagesPerSecond());
  }
  const ours = speeds.get('loupe')!;
  const ratio = (peer: string) => {
    const theirs = speeds.get(peer);
    return theirs ? Number(median(ours.map((speed, round) => speed / theirs[round]!)).toFixed(1)) : null;
  };
  const imagesPerSecond = contestants.map(({ name }) => {
    const values = speeds.get(name);
    return [name, values ? Math.round(median(values)) : null] as const;
  });
  return {
    ...job,
    imagesPerSecond: Object.fromEntries(imagesPerSecond),
    ratioToTorchvision: ratio('torchvision'),
    ratioToKeras: ratio('keras'),
  };
}

async function answerOurs(): Promise<void> {
  let run = () => {};
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as (Case & { batch: number }) | { seconds: number };
    if ('seconds' in question) {
      const begun = process.cpuUsage();
      const seconds = () => {
        const { user, system } = process.cpuUsage(begun);
        return (user + system) / 1e6;
      };
      let batches = 0;
      for (; seconds() < question.seconds; batches++) run();
      say({ batches, seconds: seconds() });
      continue;
    }
    run = augmentingOf(question);
    for (let i = 0; i < 3; i++) run();
    say('loupe');
  }
}

function augmentingOf({ side, preset, batch }: Case & { batch: number }): () => void {
  const augmenter = new Augmenter(presetOf(preset), { width: side, height: side, color: 'rgb' });
  const random = seededRandom(1);
  const size = side * side * 3;
  const images = Uint8Array.from({ length: batch * size }, () => random() * 256);
  const pixels = new Uint8Array(images.length);
  let epoch = 0;
  return () => {
    pixels.set(images);
    for (let i = 0; i < batch; i++) augmenter.image(pixels.subarray(i * size, (i + 1) * size), 1, epoch, i);
    epoch++;
  };
}

function presetOf(name: string): RunConfig['augment'] {
  return augmentPresets.find((entry) => entry.name === name)!.augment;
}

/** Trains with the loader and the engine as a run does; what of a step is augmentation, and how long it waited. */
async function stepShares() {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
  process.env.LOUPE_CACHE = path.join(temporary, 'cache');
  process.env.LOUPE_TENSORFLOW ??= pythonPeersFolder();
  try {
    await makeSample(path.join(temporary, 'images'), 200);
    const data = await openDataSet(path.join(temporary, 'images'));
    const rows = [];
    for (const name of options.engines.split(',') as RunConfig['engine']['name'][]) {
      const { engine } = await chooseEngine({ ...defaultConfig.engine, name });
      for (const architecture of ['small-cnn', 'resnet18'] as const) {
        for (const preset of ['none', 'fastai', 'rand-augment']) {
          const config: RunConfig = {
            ...defaultConfig,
            augment: presetOf(preset),
            model: { ...defaultConfig.model, architecture },
          };
          rows.push({ engine: engine.info.name, architecture, preset, ...(await measureSteps(engine, data, config)) });
          process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
        }
      }
      await engine.dispose();
    }
    return { side: defaultConfig.input.width, machine: describeMachine(), rows };
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

async function measureSteps(engine: Engine, data: DataSet, config: RunConfig) {
  const model = buildNetwork(config, data.classes.length);
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const options = { normalization, classWeights: null, freeze: [] };
  const trainer = await createNetworkTrainer(engine, model, config, options);
  const loader = new ImageLoader({
    root: data.root,
    images: data.images,
    settings: config.input,
    batchSize: config.training.batchSize,
    augment: { config: config.augment, seed: augmentSeed(1), classes: data.classes.length },
  });
  const { workers } = loader;
  try {
    return { ...(await measure(loader, trainer, data.images.length)), workers };
  } finally {
    await loader.close();
    trainer.dispose();
    model.dispose();
  }
}

type Trainer = Awaited<ReturnType<typeof createNetworkTrainer>>;

async function measure(loader: ImageLoader, trainer: Trainer, images: number) {
  const order = Uint32Array.from({ length: images }, (_, i) => i);
  let step = 0;
  const sums = { ms: 0, waitMs: 0, augmentMs: 0, steps: 0 };
  // The first epoch decodes and warms up.
  for (let epoch = 0; epoch < 4; epoch++) {
    for await (const batch of loader.pass(epochOrder(order, 1, epoch), { failed: 'replace', epoch })) {
      const started = performance.now();
      await trainer.step(batch, { step: step++, learningRate: 0.001 });
      if (epoch === 0) continue;
      sums.ms += batch.waitMs + performance.now() - started;
      sums.waitMs += batch.waitMs;
      sums.augmentMs += batch.augmentMs;
      sums.steps++;
    }
  }
  return {
    msPerStep: Number((sums.ms / sums.steps).toFixed(1)),
    augmentShare: Number((sums.augmentMs / sums.ms).toFixed(4)),
    waitShare: Number((sums.waitMs / sums.ms).toFixed(4)),
  };
}

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

if (options.ours) await answerOurs();
else await main();
