// Milliseconds per training step and per prediction of the engines wasm and tensorflow (LOUPE_BENCH_ENGINES names others, e.g.
// webgpu), of Keras and of PyTorch (channels-last), all in float32 on all cores, each in a process of its own, in turns, in one run; with
// memory, the time from starting the process to the end of its first step, and the share of what a matrix product reaches in wasm.
// Usage: npm run bench:train -- [rounds] [steps a round] [workload's name or a part of it]; writes bench/results/train.json.
import { fileURLToPath } from 'node:url';
import { defaultConfig, type EngineConfig } from '../src/training/config.ts';
import { pythonPeer } from '../test/python-peers.ts';
import { Contestant, median, ratio, round } from './contestant.ts';
import { operations } from './operations.ts';
import { writeResult } from './result-file.ts';
import type { StepsJob } from './train-steps.ts';

const rounds = Number(process.argv[2] ?? 9);
const stepsARound = Number(process.argv[3] ?? 4);
const wanted = process.argv[4] ?? '';
const engines = (process.env.LOUPE_BENCH_ENGINES ?? 'wasm,tensorflow').split(',') as EngineConfig['name'][];
const output = process.env.LOUPE_BENCH_RESULT ?? 'train';

/** Rows and columns of the product that shows what the kernels can do. */
const productSide = 1024;

interface Workload extends Omit<StepsJob, 'engine'> {
  name: string;
}

const workloads: Workload[] = [
  workload('ResNet-18 64 px, batch 32, SGD', 'train', 'resnet18', 64, 32, 'sgd'),
  workload('ResNet-18 128 px, batch 32, SGD', 'train', 'resnet18', 128, 32, 'sgd'),
  workload('MobileNetV2 64 px, batch 32, Adam', 'train', 'mobilenet-v2', 64, 32, 'adam'),
  workload('small CNN 32 px, batch 128, SGD', 'train', 'small-cnn', 32, 128, 'sgd'),
  workload('ResNet-18 64 px, batch 32, prediction', 'predict', 'resnet18', 64, 32, 'sgd'),
  workload('MobileNetV2 64 px, batch 32, prediction', 'predict', 'mobilenet-v2', 64, 32, 'sgd'),
];

function workload(
  name: string,
  mode: StepsJob['mode'],
  network: StepsJob['network'],
  side: number,
  batch: number,
  optimizer: StepsJob['optimizer'],
): Workload {
  return { name, mode, network, side, batch, optimizer };
}

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const loupe = () => new Contestant(process.execPath, [script('./train-steps.ts')]);
const configOf = (name: EngineConfig['name']): EngineConfig => ({
  ...defaultConfig.engine,
  name,
  adapter: process.env.LOUPE_BENCH_ADAPTER ?? '',
});

const results = [];
for (const one of workloads) {
  if (!one.name.includes(wanted)) continue;
  results.push(await compare(one));
  // After each: a machine that is taken away keeps what was measured.
  writeResult(output, { rounds, stepsARound, results });
}

async function compare(one: Workload) {
  const ours = new Map(engines.map((name) => [name, loupe()]));
  const peers = new Map([
    ['keras', new Contestant(pythonPeer(), [script('./keras_steps.py')])],
    ['torch', new Contestant(pythonPeer(), [script('./torch_steps.py')])],
  ]);
  // One after the other: a start is timed too.
  let topology: unknown;
  for (const [name, contestant] of ours) {
    ({ topology } = await contestant.start({ ...one, engine: configOf(name) }));
  }
  for (const peer of peers.values()) await peer.start({ ...one, topology, warmUp: 1 });
  const product = loupe();
  const productJob: Workload = { ...one, mode: 'product', side: productSide };
  await product.start({ ...productJob, engine: configOf('wasm') });
  const all = [...ours.values(), ...peers.values(), product];
  for (let turn = 0; turn < rounds; turn++) for (const contestant of all) await contestant.time(stepsARound);
  for (const contestant of all) contestant.end();

  const productGflops = (2 * productSide ** 3) / median(product.medians) / 1e6;
  const reached = (contestant: Contestant) =>
    (operations(topology, one) * one.batch) / median(contestant.medians) / 1e6;
  const figures = [...ours, ...peers].map(([name, contestant]) => ({
    ...{ name, version: contestant.version },
    ms: round(median(contestant.medians), 1),
    fastestMs: round(Math.min(...contestant.medians), 1),
    imagesPerSecond: Math.round((1000 * one.batch) / median(contestant.medians)),
    rssMiB: contestant.rss,
    firstStepSeconds: round(contestant.firstStep, 2),
    ...(name === 'wasm' && { shareOfProduct: round(reached(contestant) / productGflops, 2) }),
  }));
  /** Time of the better peer over ours, medians of the rounds' ratios: above 1 we are faster. */
  const ratios = Object.fromEntries(
    [...ours].map(([name, contestant]) => [
      name,
      Math.min(...[...peers.values()].map((peer) => ratio(peer, contestant))),
    ]),
  );
  const said = figures.map(({ name, ms }) => `${name} ${ms} ms`).join(', ');
  process.stderr.write(`${one.name}: ${said}; to the better peer ${JSON.stringify(ratios)}\n`);
  return { name: one.name, figures, wasmProductGflops: Math.round(productGflops), ratios };
}
