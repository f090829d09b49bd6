// One engine as a contestant of bench/train.ts. The first line of stdin is a job, each further line a number of steps to time; the
// answer is a line of JSON: {"ms": [...], "rss": MiB}. The same conversation as keras_steps.py.

import { createInterface } from 'node:readline';
import { chooseEngine } from '../src/engines/choose.ts';
import { plainTraining } from '../src/engines/engine.ts';
import { buildModel } from '../src/models/build.ts';
import { seededRandom } from '../src/random.ts';
import { defaultConfig, type EngineConfig, type ModelConfig, type OptimizerConfig } from '../src/training/config.ts';

export interface StepsJob {
  engine: EngineConfig;
  architecture: ModelConfig['architecture'];
  /** Pixels. */
  side: number;
  batch: number;
  optimizer: OptimizerConfig['name'];
  warmUp: number;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = JSON.parse((await lines.next()).value as string) as StepsJob;
const { engine } = await chooseEngine(job.engine);
const model = buildModel(
  { ...defaultConfig.model, architecture: job.architecture, dropout: 0 },
  { width: job.side, height: job.side, channels: 3, classes: 10, seed: 1 },
);
const trainer = await engine.createTrainer(model, {
  ...plainTraining,
  optimizer: {
    name: job.optimizer,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    beta1: 0.9,
    beta2: 0.999,
    rho: 0.99,
    epsilon: 1e-7,
  },
  normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  seed: 1,
});
const random = seededRandom(1);
const images = {
  pixels: Uint8Array.from({ length: job.batch * job.side * job.side * 3 }, () => random() * 256),
  labels: Int32Array.from({ length: job.batch }, () => random() * 10),
  size: job.batch,
};
let step = 0;
const run = () => trainer.step(images, { step: step++, learningRate: 0.001 });
for (let i = 0; i < job.warmUp; i++) await run();
say({
  version: `${engine.info.label} ${engine.info.version}, ${engine.info.device}`,
  topology: model.toJSON(null, false),
});
for await (const line of lines) {
  const ms: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < Number(line); i++) {
    const start = performance.now();
    await run();
    ms.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  say({ ms, cpuMs: (user + system) / 1000 / Number(line), rss: Math.round(process.memoryUsage.rss() / 2 ** 20) });
}
process.exit(0);

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
