// Augmentation, images a second on one core: Loupe's worker code beside torchvision.transforms.v2 and Keras layers, in turns in the same
// run; and its share of a training step. `node bench/augment.ts [rounds]`. Needs the tests' Python environment.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openDataSet } from '../src/dataset/open.ts';
import { chooseEngine } from '../src/engines/choose.ts';
import { makeSample } from '../src/host/data-sets/sample.ts';
import { Augmenter } from '../src/images/augment/augmenter.ts';
import { seededRandom } from '../src/random.ts';
import { augmentSeed } from '../src/training/augment-seed.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import { augmentPresets } from '../src/training/config-augment-presets.ts';
import { ImageLoader } from '../src/training/loader.ts';
import { buildNetwork, createNetworkTrainer } from '../src/training/network.ts';
import { epochOrder } from '../src/training/order.ts';
import { pythonPeer } from '../test/python-peers.ts';
import { writeResult } from './result-file.ts';

const BATCH = 32;
const presets = ['light', 'fastai', 'rand-augment'] as const;
const sides = [64, 224] as const;

interface Job {
  peer: 'loupe' | 'torchvision' | 'keras';
  side: number;
  preset: (typeof presets)[number];
  batch: number;
}

async function compare(rounds: number): Promise<void> {
  const rows = [];
  for (const side of sides) for (const preset of presets) rows.push(await compareCase({ side, preset, rounds }));
  writeResult('augment', { batch: BATCH, rounds, core: 0, rows, steps: await stepShares() });
}

/** A contestant on core 0: it says its version, then the seconds for as many batches as it is told. */
class Contestant {
  readonly version: Promise<string>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(job: Job) {
    const own = fileURLToPath(import.meta.url);
    const peers = path.join(path.dirname(own), 'augment_peers.py');
    const command = job.peer === 'loupe' ? [process.execPath, own, '--ours'] : [pythonPeer(), peers];
    this.#child = spawn('taskset', ['-c', '0', ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
    this.#child.stdin!.write(`${JSON.stringify(job)}\n`);
    this.version = this.#answer<string>();
  }

  async imagesPerSecond(batches: number): Promise<number> {
    this.#child.stdin!.write(`${batches}\n`);
    return (batches * BATCH) / (await this.#answer<number>());
  }

  close(): void {
    this.#child.stdin!.end();
  }

  async #answer<T>(): Promise<T> {
    return JSON.parse((await this.#lines.next()).value) as T;
  }
}

async function compareCase({ side, preset, rounds }: { side: number; preset: Job['preset']; rounds: number }) {
  const contestants = (['loupe', 'torchvision', 'keras'] as const).map((peer) => ({
    peer,
    contestant: new Contestant({ peer, side, preset, batch: BATCH }),
  }));
  const versions = await Promise.all(contestants.map(({ contestant }) => contestant.version));
  const speeds: Record<string, number[]> = {};
  const batches = side > 100 ? 4 : 20;
  for (let round = 0; round < rounds; round++) {
    for (const { peer, contestant } of contestants) {
      speeds[peer] = [
        ...(speeds[peer] ?? []),
        await contestant.imagesPerSecond(peer === 'loupe' ? batches * 5 : batches),
      ];
    }
  }
  for (const { contestant } of contestants) contestant.close();
  const ratio = (peer: string) => median(speeds.loupe!.map((speed, round) => speed / speeds[peer]![round]!));
  return {
    preset,
    side,
    imagesPerSecond: Object.fromEntries(
      Object.entries(speeds).map(([peer, values]) => [peer, Math.round(median(values))]),
    ),
    ratioToTorchvision: Number(ratio('torchvision').toFixed(1)),
    ratioToKeras: Number(ratio('keras').toFixed(1)),
    versions: versions.slice(1),
  };
}

async function answerOurs(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { side, preset, batch } = JSON.parse((await lines.next()).value as string) as Job;
  const augmenter = new Augmenter(presetOf(preset), { width: side, height: side, channels: 3 });
  const random = seededRandom(1);
  const size = side * side * 3;
  const images = Uint8Array.from({ length: batch * size }, () => random() * 256);
  const pixels = new Uint8Array(images.length);
  let epoch = 0;
  const run = () => {
    pixels.set(images);
    for (let i = 0; i < batch; i++) augmenter.image(pixels.subarray(i * size, (i + 1) * size), 1, epoch, i);
    epoch++;
  };
  for (let i = 0; i < 3; i++) run();
  say('loupe');
  for await (const line of lines) {
    const start = performance.now();
    for (let i = 0; i < Number(line); i++) run();
    say((performance.now() - start) / 1000);
  }
}

function presetOf(name: string): RunConfig['augment'] {
  return augmentPresets.find((entry) => entry.name === name)!.augment;
}

/** Trains with the loader and the engine as a run does; what of a step is augmentation, and how long it waited. */
async function stepShares() {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
  process.env.LOUPE_CACHE = path.join(temporary, 'cache');
  try {
    await makeSample(path.join(temporary, 'images'), 200);
    const data = await openDataSet(path.join(temporary, 'images'));
    const { engine } = await chooseEngine(defaultConfig.engine);
    const rows = [];
    for (const architecture of ['small-cnn', 'resnet18'] as const) {
      for (const preset of ['none', 'fastai', 'rand-augment', 'mix']) {
        const config: RunConfig = {
          ...defaultConfig,
          augment: presetOf(preset),
          model: { ...defaultConfig.model, architecture },
        };
        const model = buildNetwork(config, data.classes.length);
        const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
        const trainer = await createNetworkTrainer(engine, model, config, {
          normalization,
          classWeights: null,
          freeze: [],
        });
        const loader = new ImageLoader({
          root: data.root,
          images: data.images,
          settings: config.input,
          batchSize: config.training.batchSize,
          augment: { config: config.augment, seed: augmentSeed(1), classes: data.classes.length },
        });
        rows.push({
          architecture,
          preset,
          ...(await measure(loader, trainer, data.images.length)),
          workers: loader.workers,
        });
        await loader.close();
        trainer.dispose();
        model.dispose();
      }
    }
    const { label, device } = engine.info;
    await engine.dispose();
    return { engine: label, device, side: defaultConfig.input.width, rows };
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
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

if (process.argv[2] === '--ours') await answerOurs();
else await compare(Number(process.argv[2] ?? 5));
