// The tensorflow engine as a contestant of bench/tensorflow.ts. The first line of stdin is a job; the answer comes after the first
// step. Each further line is a number of steps to time; the answer is a line of JSON: {"ms": [...], "rss": MiB}. The same conversation
// as keras_steps.py and torch_steps.py.

import { createInterface } from 'node:readline';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { plainTraining } from '../src/engines/engine.ts';
import { TensorFlowEngine } from '../src/engines/tensorflow/engine.ts';
import { cast, sum } from '../src/engines/tensorflow/graph/elementwise.ts';
import { Graph } from '../src/engines/tensorflow/graph/graph.ts';
import { matrixMultiply } from '../src/engines/tensorflow/graph/matrix.ts';
import { dataType } from '../src/engines/tensorflow/graph/types.ts';
import { tensorflowMaker } from '../src/engines/tensorflow/maker.ts';
import { Session } from '../src/engines/tensorflow/session.ts';
import { buildModel } from '../src/models/build.ts';
import { seededRandom } from '../src/random.ts';
import { type Architecture, defaultConfig, type EngineConfig, type OptimizerConfig } from '../src/training/config.ts';

export interface TensorFlowJob {
  /** `product`: multiplies two matrices of `side` instead, the most that the processor can do. */
  mode: 'train' | 'predict' | 'product';
  network: Architecture;
  /** Pixels. */
  side: number;
  batch: number;
  optimizer: OptimizerConfig['name'];
  precision: EngineConfig['precision'];
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = JSON.parse((await lines.next()).value as string) as TensorFlowJob;
const engine = await tensorflowMaker.start({ threads: 0 });
if (!(engine instanceof TensorFlowEngine)) throw new Error('Not the tensorflow engine.');
const { run, facts } = await prepare(job, engine);
await run();
say({ version: `TensorFlow ${engine.info.version}, ${engine.info.device}`, ...facts });
for await (const line of lines) {
  const ms: number[] = [];
  for (let i = 0; i < Number(line); i++) {
    const start = performance.now();
    await run();
    ms.push(performance.now() - start);
  }
  say({ ms, rss: Math.round(process.memoryUsage.rss() / 2 ** 20) });
}
process.exit(0);

interface Prepared {
  run(): Promise<unknown>;
  facts: object;
}

async function prepare(
  { mode, side, batch, optimizer, precision, network }: TensorFlowJob,
  on: TensorFlowEngine,
): Promise<Prepared> {
  if (mode === 'product') return product(side, precision, on);
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const model = build(network, side);
  const random = seededRandom(1);
  const images = {
    pixels: Uint8Array.from({ length: batch * side * side * 3 }, () => random() * 256),
    labels: Int32Array.from({ length: batch }, () => random() * 10),
    size: batch,
  };
  const topology = model.toJSON(null, false);
  if (mode === 'predict') {
    const predictor = await on.createPredictor(model, normalization, { precision });
    return { run: () => predictor.predict(images), facts: { topology, notices: predictor.notices } };
  }
  const config = { ...defaultConfig.training.optimizer, name: optimizer, momentum: 0.9, weightDecay: 0 };
  const trainer = await on.createTrainer(model, {
    ...plainTraining,
    ...{ optimizer: config, normalization, seed: 1, precision },
  });
  let step = 0;
  const run = () => trainer.step(images, { step: step++, learningRate: 0.001 });
  return { run, facts: { topology, notices: trainer.notices } };
}

function build(network: Architecture, side: number): LayersModel {
  const config = { ...defaultConfig.model, architecture: network, dropout: 0, width: 1 };
  return buildModel(config, { width: side, height: side, channels: 3, classes: 10, seed: 1 });
}

/** 2 · side³ operations a run. */
function product(side: number, precision: EngineConfig['precision'], on: TensorFlowEngine): Prepared {
  const graph = new Graph();
  const random = seededRandom(1);
  const data = Float32Array.from({ length: side * side }, () => random() - 0.5);
  const matrix = graph.variable(
    'matrix',
    [side, side],
    false,
    precision === 'mixed' ? dataType.bfloat16 : dataType.float,
  );
  const given = graph.placeholder('given', dataType.float, [side, side]);
  const filled = graph.assign(matrix, cast(graph, given, matrix.type));
  graph.signatures.fill = { inputs: { given }, outputs: { done: graph.after('done', graph.integers(1), [filled]) } };
  const value = graph.read(matrix);
  const result = cast(graph, matrixMultiply(graph, value, value), dataType.float);
  graph.signatures.multiply = { inputs: {}, outputs: { total: sum(graph, result, [0, 1], false) } };
  const session = new Session(on.binding, graph);
  session.run('fill', { given: { shape: [side, side], data } });
  return { run: async () => session.run('multiply', {}), facts: {} };
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
