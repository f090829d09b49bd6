// One engine as a contestant of bench/train.ts. The first line of stdin is a job; the answer comes after the first step. Each further
// line is a number of steps to time; the answer is a line of JSON: {"ms": [...], "rss": MiB}. The same conversation as keras_steps.py
// and torch_steps.py.

import { createInterface } from 'node:readline';
import { matMul, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { chooseEngine } from '../src/engines/choose.ts';
import { type Engine, plainTraining } from '../src/engines/engine.ts';
import { buildModel } from '../src/models/build.ts';
import { seededRandom } from '../src/random.ts';
import { defaultConfig, type EngineConfig, type ModelConfig, type OptimizerConfig } from '../src/training/config.ts';

export interface StepsJob {
  engine: EngineConfig;
  /** `product`: multiplies two matrices of `side` on the wasm engine instead, the most that its kernels can do. */
  mode: 'train' | 'predict' | 'product';
  network: ModelConfig['architecture'];
  /** Pixels. */
  side: number;
  batch: number;
  optimizer: OptimizerConfig['name'];
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = JSON.parse((await lines.next()).value as string) as StepsJob;
const { engine } = await chooseEngine(job.engine);
const { run, topology } = await prepare(engine, job);
await run();
say({ version: `${engine.info.label} ${engine.info.version}, ${engine.info.device}`, topology });
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

async function prepare(on: Engine, { mode, network, side, batch, optimizer }: StepsJob) {
  const random = seededRandom(1);
  if (mode === 'product') {
    const matrix = tensor2d(
      Float32Array.from({ length: side * side }, () => random() - 0.5),
      [side, side],
    );
    return { run: async () => tidy(() => void matMul(matrix, matrix)), topology: null };
  }
  const model = buildModel(
    { ...defaultConfig.model, architecture: network, dropout: 0, width: 1 },
    { width: side, height: side, channels: 3, classes: 10, seed: 1 },
  );
  const images = {
    pixels: Uint8Array.from({ length: batch * side * side * 3 }, () => random() * 256),
    labels: Int32Array.from({ length: batch }, () => random() * 10),
    size: batch,
  };
  const topology = model.toJSON(null, false);
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  if (mode === 'predict') {
    const predictor = await on.createPredictor(model, normalization);
    return { run: () => predictor.predict(images), topology };
  }
  const config = { ...defaultConfig.training.optimizer, name: optimizer, momentum: 0.9, weightDecay: 0 };
  const trainer = await on.createTrainer(model, { ...plainTraining, optimizer: config, normalization, seed: 1 });
  let step = 0;
  return { run: () => trainer.step(images, { step: step++, learningRate: 0.001 }), topology };
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
