// Milliseconds per training step of the tensorflow engine and of Keras with the same TensorFlow, in turns, in one run.
// Usage: node bench/tensorflow.ts [rounds] [steps a round]; writes bench/results/tensorflow.json.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ImageBatch, plainTraining, type Trainer } from '../src/engines/engine.ts';
import { tensorflowMaker } from '../src/engines/tensorflow/maker.ts';
import { writeJson } from '../src/files.ts';
import { buildModel } from '../src/models/build.ts';
import { seededRandom } from '../src/random.ts';
import { defaultConfig, type ModelConfig, type OptimizerConfig } from '../src/training/config.ts';
import { pythonPeersFolder } from '../test/python-peers.ts';

const [rounds = 7, stepsARound = 5] = process.argv.slice(2).map(Number);

interface Workload {
  name: string;
  architecture: ModelConfig['architecture'];
  side: number;
  batch: number;
  optimizer: OptimizerConfig['name'];
}

const workloads: Workload[] = [
  { name: 'ResNet-18 64 px, batch 32, SGD', architecture: 'resnet18', side: 64, batch: 32, optimizer: 'sgd' },
  { name: 'ResNet-18 64 px, batch 32, AdamW', architecture: 'resnet18', side: 64, batch: 32, optimizer: 'adamw' },
  { name: 'small CNN 32 px, batch 128, SGD', architecture: 'small-cnn', side: 32, batch: 128, optimizer: 'sgd' },
];

/** Times `steps` training steps: milliseconds each, and the process's memory in MiB. */
interface Contestant {
  time(steps: number): Promise<{ ms: number[]; rss: number }>;
  end(): void;
}

const folder = pythonPeersFolder();
process.env.LOUPE_TENSORFLOW = folder;
process.env.LOUPE_CACHE ??= path.join(folder, 'loupe-cache');
const engine = await tensorflowMaker.start({ threads: 0 });
const results = [];
for (const workload of workloads) results.push(await compare(workload));
writeJson(new URL('./results/tensorflow.json', import.meta.url).pathname, {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: os.cpus()[0]?.model, cores: os.availableParallelism(), node: process.version },
  engine: engine.info,
  rounds,
  stepsARound,
  results,
});

async function compare(workload: Workload) {
  const { side, batch } = workload;
  const config = { ...defaultConfig.model, architecture: workload.architecture, dropout: 0 };
  const model = buildModel(config, { width: side, height: side, channels: 3, classes: 10, seed: 1 });
  const ours = await loupe(model, workload);
  const keras = await startKeras(model, workload);
  const [a, b]: [number[], number[]] = [[], []];
  let memory = { loupe: 0, keras: 0 };
  for (let round = 0; round < rounds; round++) {
    const [first, second] = [await ours.time(stepsARound), await keras.contestant.time(stepsARound)];
    a.push(median(first.ms));
    b.push(median(second.ms));
    memory = { loupe: Math.max(memory.loupe, first.rss), keras: Math.max(memory.keras, second.rss) };
  }
  ours.end();
  keras.contestant.end();
  const result = {
    name: workload.name,
    loupeMs: round1(median(a)),
    kerasMs: round1(median(b)),
    /** Keras's time over ours, the median of the rounds: above 1 we are faster. */
    speedup: Math.round(median(b.map((ms, i) => ms / (a[i] as number))) * 100) / 100,
    imagesPerSecond: Math.round((1000 * batch) / median(a)),
    rssMiB: memory,
    peer: keras.version,
  };
  process.stdout.write(
    `${result.name}: ${result.loupeMs} ms a step, Keras ${result.kerasMs} ms: ${result.speedup}×, ${result.imagesPerSecond} images/s\n`,
  );
  return result;
}

async function loupe(model: LayersModel, { side, batch, optimizer }: Workload): Promise<Contestant> {
  const config = {
    name: optimizer,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    beta1: 0.9,
    beta2: 0.999,
    rho: 0.99,
    epsilon: 1e-7,
  };
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const trainer = await engine.createTrainer(model, { optimizer: config, normalization, seed: 1, ...plainTraining });
  const images = randomBatch(side, batch);
  let step = 0;
  const run = async (one: Trainer) => one.step(images, { step: step++, learningRate: 0.001 });
  for (let i = 0; i < 3; i++) await run(trainer);
  return {
    async time(steps) {
      const ms: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await run(trainer);
        ms.push(performance.now() - start);
      }
      return { ms, rss: Math.round(process.memoryUsage.rss() / 2 ** 20) };
    },
    end: () => trainer.dispose(),
  };
}

async function startKeras(model: LayersModel, { batch, optimizer }: Workload) {
  const script = new URL('./keras_steps.py', import.meta.url).pathname;
  const child = spawn(path.join(folder, 'bin', 'python'), [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (text: string) => {
    child.stdin.write(`${text}\n`);
    return JSON.parse(await answer(child, lines, () => said));
  };
  const topology = model.toJSON(null, false);
  const { version } = (await ask(JSON.stringify({ topology, batch, optimizer }))) as { version: string };
  const contestant: Contestant = { time: (steps) => ask(String(steps)), end: () => child.stdin.end() };
  return { version, contestant };
}

async function answer(child: ChildProcess, lines: AsyncIterator<string>, said: () => string): Promise<string> {
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`Keras ended with ${code}: ${said()}`);
  });
  died.catch(() => {});
  const next = await Promise.race([lines.next(), died]);
  if (next.done) throw new Error('Keras ended');
  return next.value;
}

function randomBatch(side: number, size: number): ImageBatch {
  const random = seededRandom(1);
  return {
    pixels: Uint8Array.from({ length: size * side * side * 3 }, () => random() * 256),
    labels: Int32Array.from({ length: size }, () => Math.floor(random() * 10)),
    size,
  };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
