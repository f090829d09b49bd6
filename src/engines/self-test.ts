import { tensor, tidy } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Problem } from '../problem.ts';
import { seededRandom } from '../random.ts';
import { type Engine, type EngineName, type ImageBatch, plainTraining } from './engine.ts';

/** Losses of the first and fifth step, from TensorFlow.js's own `cpu` backend and optimizer. */
const EXPECTED = { first: 0.8154, last: 0.5115 };

/**
 * Trains a tiny network for a few steps on two obvious classes, so that an engine that starts but computes nonsense is
 * refused. @throws Problem `engine-self-test`
 */
export async function selfTest(engine: Engine): Promise<void> {
  await withTinyTrainer(engine, async (trainStep) => {
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) losses.push(await trainStep(step));
    const [first, last] = [losses[0] as number, losses.at(-1) as number];
    if (!near(first, EXPECTED.first) || !near(last, EXPECTED.last)) throw wrongNumbers(engine.info.name, losses);
  });
}

/** Milliseconds of a training step of the tiny network: the median of a few, after some that warm up. */
export async function timeTinyStep(engine: Engine): Promise<number> {
  const [warmUp, timed] = [5, 15];
  const times: number[] = [];
  await withTinyTrainer(engine, async (trainStep) => {
    for (let step = 0; step < warmUp + timed; step++) {
      const started = performance.now();
      await trainStep(step);
      if (step >= warmUp) times.push(performance.now() - started);
    }
  });
  return times.sort((a, b) => a - b)[timed >> 1] as number;
}

async function withTinyTrainer(
  engine: Engine,
  use: (trainStep: (step: number) => Promise<number>) => Promise<void>,
): Promise<void> {
  const network = selfTestModel();
  const trainer = await engine.createTrainer(network, {
    optimizer: {
      name: 'sgd',
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
      beta1: 0.9,
      beta2: 0.999,
      rho: 0.99,
      epsilon: 1e-7,
    },
    normalization: { mean: [0.5], std: [0.5] },
    seed: 1,
    ...plainTraining,
  });
  const batch = selfTestBatch();
  try {
    await use(async (step) => (await trainer.step(batch, { step, learningRate: 0.05 })).loss);
  } finally {
    trainer.dispose();
    network.dispose();
  }
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-3;
}

function wrongNumbers(name: EngineName, losses: number[]): Problem {
  return new Problem(
    'engine-self-test',
    `The ${name} engine computes wrong numbers on this machine: its losses were ${losses.map((n) => n.toFixed(4)).join(', ')}.`,
    'Choose another engine, and report this with the name of your processor.',
  );
}

/** A convolution, batch norm, ReLU, max pooling, dense, with weights that need no generator. */
function selfTestModel(): LayersModel {
  const image = input({ shape: [8, 8, 1] });
  let x = layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false }).apply(image) as SymbolicTensor;
  x = layers.batchNormalization({ epsilon: 1e-5 }).apply(x) as SymbolicTensor;
  x = layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;
  x = layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  x = layers.dense({ units: 2 }).apply(x) as SymbolicTensor;
  const network = model({
    inputs: image,
    outputs: layers.activation({ activation: 'softmax' }).apply(x) as SymbolicTensor,
  });
  tidy(() => {
    const kernels = network.weights.filter((weight) => weight.shape.length > 1);
    for (const [i, weight] of kernels.entries()) {
      const shape = weight.shape as number[];
      const size = shape.reduce((n, d) => n * d, 1);
      weight.write(
        tensor(
          Float32Array.from({ length: size }, (_, k) => Math.sin(k * 1.7 + i) * 0.5),
          shape,
        ),
      );
    }
  });
  return network;
}

/** [8, 8, 8, 1]: vertical against horizontal stripes, with a little noise. */
function selfTestBatch(): ImageBatch {
  const random = seededRandom(7);
  const labels = Int32Array.from({ length: 8 }, (_, i) => i % 2);
  const pixels = Uint8Array.from({ length: 8 * 64 }, (_, i) => {
    const stripe = labels[i >> 6] === 0 ? i & 1 : (i >> 3) & 1;
    return 60 + stripe * 120 + random() * 40;
  });
  return { pixels, labels, size: 8 };
}
