// Milliseconds per training step and per prediction of the tensorflow engine, in float32 and in mixed precision, of Keras and of
// PyTorch (channels-last), each in a process of its own, in turns, in one run; with memory, the time from starting the process to the end of its first step,
// and the share of what a matrix product reaches on the same processor.
// On a machine with other work on it, OMP_WAIT_POLICY=PASSIVE keeps PyTorch's threads from spinning against that work.
// Usage: node bench/tensorflow.ts [rounds] [steps a round] [workload's name or a part of it]; writes bench/results/tensorflow.json.
import fs from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { pythonPeer } from '../test/python-peers.ts';
import { Contestant, median, ratio, round } from './contestant.ts';
import { operations } from './operations.ts';
import { writeResult } from './result-file.ts';
import type { TensorFlowJob } from './tensorflow-steps.ts';

const rounds = Number(process.argv[2] ?? 9);
const stepsARound = Number(process.argv[3] ?? 4);
const wanted = process.argv[4] ?? '';

/** Rows and columns of the product that shows what the processor can do. */
const productSide = 2048;

interface Workload extends Omit<TensorFlowJob, 'precision'> {
  name: string;
}

const workloads: Workload[] = [
  train('ResNet-18 64 px, batch 32, SGD', 'resnet18', 64, 32, 'sgd'),
  train('ResNet-18 128 px, batch 32, SGD', 'resnet18', 128, 32, 'sgd'),
  train('MobileNetV2 64 px, batch 32, Adam', 'mobilenet-v2', 64, 32, 'adam'),
  train('small CNN 32 px, batch 128, SGD', 'small-cnn', 32, 128, 'sgd'),
  predict('ResNet-18 64 px, batch 32, prediction', 'resnet18', 64, 32),
  predict('MobileNetV2 64 px, batch 32, prediction', 'mobilenet-v2', 64, 32),
];

function train(
  name: string,
  network: TensorFlowJob['network'],
  side: number,
  batch: number,
  optimizer: TensorFlowJob['optimizer'],
): Workload {
  return { name, mode: 'train', network, side, batch, optimizer };
}

function predict(name: string, network: TensorFlowJob['network'], side: number, batch: number): Workload {
  return { name, mode: 'predict', network, side, batch, optimizer: 'sgd' };
}

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const loupe = () => new Contestant(process.execPath, [script('./tensorflow-steps.ts')]);

const results = new Map<string, object>();
for (const result of earlierResults()) results.set(result.name, result);
for (const workload of workloads) {
  if (!workload.name.includes(wanted)) continue;
  results.set(workload.name, await compare(workload));
  // After each: a machine that is taken away keeps what was measured.
  const ordered = workloads.flatMap(({ name }) => results.get(name) ?? []);
  writeResult('tensorflow', { rounds, stepsARound, results: ordered });
}

/** When only some workloads are measured, the others' figures stay. */
function earlierResults(): { name: string }[] {
  const file = new URL('./results/tensorflow.json', import.meta.url);
  if (wanted === '' || !fs.existsSync(file)) return [];
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { results: { name: string }[] }).results;
}

async function compare(workload: Workload) {
  const contestants = {
    float32: loupe(),
    mixed: loupe(),
    keras: new Contestant(pythonPeer(), [script('./keras_steps.py')]),
    torch: new Contestant(pythonPeer(), [script('./torch_steps.py')]),
  };
  const products = { float32: loupe(), mixed: loupe() };
  // One after the other: a start is timed too.
  const { topology } = await contestants.float32.start({ ...workload, precision: 'float32' });
  const { notices } = await contestants.mixed.start({ ...workload, precision: 'mixed' });
  await contestants.keras.start({ ...workload, topology, warmUp: 1 });
  await contestants.torch.start({ ...workload, topology });
  for (const precision of ['float32', 'mixed'] as const) {
    await products[precision].start({ ...workload, mode: 'product', side: productSide, precision });
  }
  const all = [...Object.values(contestants), ...Object.values(products)];
  for (let round = 0; round < rounds; round++) for (const one of all) await one.time(stepsARound);
  for (const one of all) one.end();
  const result = summary(workload, contestants, products, operations(topology, workload));
  const mixed = Array.isArray(notices) && notices.length > 0 ? { mixedRefused: notices } : {};
  process.stderr.write(`${line(result)}\n`);
  return { ...result, ...mixed };
}

type Contestants = Record<'float32' | 'mixed' | 'keras' | 'torch', Contestant>;

function summary(
  workload: Workload,
  contestants: Contestants,
  products: Record<'float32' | 'mixed', Contestant>,
  perImage: number,
) {
  const { float32, mixed, keras, torch } = contestants;
  const limit = (one: Contestant) => (2 * productSide ** 3) / median(one.medians) / 1e6;
  const reached = (one: Contestant) => (perImage * workload.batch) / median(one.medians) / 1e6;
  const figures = (one: Contestant) => ({
    ms: round(median(one.medians), 1),
    fastestMs: round(Math.min(...one.medians), 1),
    imagesPerSecond: Math.round((1000 * workload.batch) / median(one.medians)),
    rssMiB: one.rss,
    firstStepSeconds: round(one.firstStep, 2),
  });
  return {
    name: workload.name,
    date: new Date().toISOString(),
    loadAverage: round(os.loadavg()[0] ?? 0, 1),
    waitPolicy: process.env.OMP_WAIT_POLICY ?? 'active',
    float32: { ...figures(float32), shareOfProduct: round(reached(float32) / limit(products.float32), 2) },
    mixed: { ...figures(mixed), shareOfProduct: round(reached(mixed) / limit(products.mixed), 2) },
    keras: { ...figures(keras), version: keras.version },
    torch: { ...figures(torch), version: torch.version },
    productGflops: { float32: Math.round(limit(products.float32)), mixed: Math.round(limit(products.mixed)) },
    /** Times over ours, medians of the rounds' ratios: above 1 we are faster. The last two: against the better of both peers. */
    ratios: {
      kerasToFloat32: ratio(keras, float32),
      torchToFloat32: ratio(torch, float32),
      float32: Math.min(ratio(keras, float32), ratio(torch, float32)),
      mixed: Math.min(ratio(keras, mixed), ratio(torch, mixed)),
    },
  };
}

function line({ name, float32, mixed, keras, torch, ratios }: ReturnType<typeof summary>): string {
  const times = `float32 ${float32.ms} ms, mixed ${mixed.ms} ms, Keras ${keras.ms} ms, PyTorch ${torch.ms} ms`;
  return `${name}: ${times}; to the better peer ${ratios.float32}× and mixed ${ratios.mixed}×`;
}
