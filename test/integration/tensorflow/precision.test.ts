import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import type { ImageBatch, Trainer, TrainerOptions } from '../../../src/engines/engine.ts';
import { TensorFlowEngine } from '../../../src/engines/tensorflow/engine.ts';
import { dataType } from '../../../src/engines/tensorflow/graph/types.ts';
import { cpuType, processorFlags } from '../../../src/engines/tensorflow/half-precision.ts';
import type { Precision } from '../../../src/engines/tensorflow/lower/pass.ts';
import { TensorFlowTrainer } from '../../../src/engines/tensorflow/trainer.ts';
import { buildModel } from '../../../src/models/build.ts';
import { seededRandom } from '../../../src/random.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { difference, options, scramble, skip, startEngine } from './support.ts';

const bfloat16: Precision = { products: dataType.bfloat16, depthwise: dataType.float };
const half: Precision = { products: dataType.half, depthwise: dataType.float };

describe('mixed precision', { skip, timeout: 120_000 }, () => {
  let engine: TensorFlowEngine;
  before(async () => {
    const started = await startEngine();
    assert.ok(started instanceof TensorFlowEngine);
    engine = started;
  });

  const create = (precision: Precision, change: Partial<TrainerOptions> = {}) =>
    TensorFlowTrainer.create(engine.binding, network(), { ...options({ name: 'adam' }), ...change }, precision, []);

  for (const [name, precision] of [
    ['bfloat16', bfloat16],
    ['float16', half],
  ] as const) {
    it(`${name} learns as float32 does`, async () => {
      const [mixed, full] = [await create(precision), await engine.createTrainer(network(), options({ name: 'adam' }))];
      const [a, b] = [await curve(mixed, 60), await curve(full, 60)];
      // Loss in three parts of the training: falling alike, though not step by step.
      for (const [from, to] of [
        [0, 5],
        [20, 40],
        [40, 60],
      ] as const) {
        const [x, y] = [mean(a.slice(from, to)), mean(b.slice(from, to))];
        assert.ok(Math.abs(x - y) < 0.02 + 0.1 * y, `steps ${from}–${to}: ${x} and ${y}`);
      }
      assert.ok(mean(b.slice(40, 60)) < 0.5 * mean(b.slice(0, 5)));
      const batch = pictures(32, 999);
      assert.ok(difference(await mixed.predict(batch), await full.predict(batch)) < 0.15);
      mixed.dispose();
      full.dispose();
    });
  }

  it('the weights and all that is kept stay float32: steps too small for half precision add up', async () => {
    const trainer = await create(bfloat16, { optimizer: options({ name: 'sgd', momentum: 0 }).optimizer });
    const before = await trainer.readState();
    for (let step = 0; step < 10; step++) await trainer.step(pictures(8, 1), { step, learningRate: 1e-4 });
    const after = await trainer.readState();
    trainer.dispose();
    const [a, b] = [before, after].map(({ weights }) => weights.find(({ name }) => name === 'two/kernel')?.data);
    const moved = a?.filter((value, i) => value !== b?.[i]).length ?? 0;
    assert.ok(moved > 0.9 * (a?.length ?? 0), `${moved} of ${a?.length} moved`);
  });

  it('float16: a gradient that overflows leaves the update out and halves the loss’s factor, and a resume goes on so', async () => {
    const settings = { ema: 0.5, accumulate: 2, clip: { norm: 1, value: 0 } };
    const trainer = await create(half, settings);
    for (let step = 0; step < 4; step++) await trainer.step(pictures(8, step), { step, learningRate: 0.01 });
    const start = await trainer.readState();
    // A factor that must overflow float16 somewhere on the way back.
    const scaled = start.optimizer.map((one) =>
      one.name === 'loss-scale' ? { ...one, data: Float32Array.of(2 ** 24, 7) } : one,
    );
    await trainer.writeState({ ...start, optimizer: scaled });
    const huge = pictures(8, 5);
    huge.weights = new Float32Array(8).fill(1e4);
    await trainer.step(huge, { step: 4, learningRate: 0.01 });
    const { gradientNorm } = await trainer.step(huge, { step: 5, learningRate: 0.01 });
    assert.equal(gradientNorm, null);
    const after = await trainer.readState();
    const learned = (state: typeof start) => state.weights.filter(({ name }) => !name.includes('moving'));
    assert.deepEqual(learned(after), learned(start));
    assert.deepEqual(
      after.optimizer.filter(({ name }) => name !== 'loss-scale'),
      start.optimizer.filter(({ name }) => name !== 'loss-scale'),
    );
    assert.deepEqual(after.optimizer.find(({ name }) => name === 'loss-scale')?.data, Float32Array.of(2 ** 23, 0));
    assert.deepEqual(
      after.averaged.filter(({ name }) => !name.includes('moving')),
      start.averaged.filter(({ name }) => !name.includes('moving')),
    );
    const resumed = await create(half, settings);
    await resumed.writeState(start);
    await trainer.writeState(start);
    for (const one of [resumed, trainer]) {
      for (let step = 4; step < 8; step++) await one.step(pictures(8, step), { step, learningRate: 0.01 });
    }
    assert.deepEqual(await resumed.readState(), await trainer.readState());
    trainer.dispose();
    resumed.dispose();
  });

  it('is what the setting asks for where the processor can, and else the trainer says why not', async () => {
    const trainer = await engine.createTrainer(network(), { ...options(), precision: 'mixed' });
    const able = typeof cpuType(processorFlags()) === 'number';
    assert.equal(
      trainer.notices?.some((notice) => notice.startsWith('Mixed precision is off')),
      !able,
    );
    const predictor = await engine.createPredictor(network(), options().normalization, { precision: 'mixed' });
    const exact = await engine.createPredictor(network(), options().normalization);
    const gap = difference(await predictor.predict(pictures(8, 1)), await exact.predict(pictures(8, 1)));
    assert.equal(gap > 0, able);
    assert.ok(gap < 0.02, `probabilities differ by ${gap}`);
    for (const one of [trainer, predictor, exact]) one.dispose();
  });

  it('says where depthwise convolutions leave it nothing to gain', async (t) => {
    if (typeof cpuType(processorFlags()) !== 'number') return t.skip('this processor has no bfloat16');
    const model = buildModel(
      { ...defaultConfig.model, architecture: 'mobilenet-v2', width: 0.25 },
      { width: 32, height: 32, channels: 3, classes: 2, seed: 1 },
    );
    const trainer = await engine.createTrainer(model, { ...options(), precision: 'mixed' });
    assert.match(trainer.notices?.[0] ?? '', /^Mixed precision gains little or nothing here: 17 of the network’s 52 /);
    trainer.dispose();
    model.dispose();
  });
});

async function curve(trainer: Trainer, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < count; step++) {
    losses.push((await trainer.step(pictures(32, step), { step, learningRate: 0.01 })).loss);
  }
  return losses;
}

function mean(values: number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function network(): LayersModel {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [12, 12, 3], filters: 8, kernelSize: 3, name: 'one', useBias: false }),
      layers.batchNormalization({ name: 'one.bn' }),
      layers.activation({ activation: 'relu' }),
      layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'depthwise' }),
      layers.activation({ activation: 'swish' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.separableConv2d({ filters: 12, kernelSize: 3, name: 'three' }),
      layers.conv2d({ filters: 16, kernelSize: 1, name: 'two' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, name: 'logits' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
  scramble(model, 4);
  return model;
}

/** Stripes of three kinds in noise. */
function pictures(size: number, seed: number): ImageBatch {
  const random = seededRandom(1000 + seed);
  const labels = Int32Array.from({ length: size }, () => Math.floor(random() * 3));
  const pixels = Uint8Array.from({ length: size * 12 * 12 * 3 }, (_, i) => {
    const [image, row, column] = [Math.floor(i / 432), Math.floor(i / 36) % 12, Math.floor(i / 3) % 12];
    const stripe = [row, column, row + column][labels[image] ?? 0] ?? 0;
    return 60 + 70 * (stripe & 1) + 80 * random();
  });
  return { pixels, labels, size };
}
