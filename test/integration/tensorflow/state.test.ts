import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { cpuMaker } from '../../../src/engines/cpu/maker.ts';
import type { Engine, StepResult, Trainer, TrainerOptions, TrainerState } from '../../../src/engines/engine.ts';
import { EngineError } from '../../../src/engines/engine-error.ts';
import { fullPrecision } from '../../../src/engines/tensorflow/lower/pass.ts';
import { lowerTrainer } from '../../../src/engines/tensorflow/lower/trainer-graph.ts';
import { Problem } from '../../../src/problem.ts';
import { seededRandom } from '../../../src/random.ts';
import { difference, options, randomBatch, scramble, skip, startEngine } from './support.ts';

describe('TensorFlow trainer state', { skip, timeout: 120_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });

  it('names weights in the order of model.weights and optimizer slots after them', async () => {
    const trainer = await engine.createTrainer(network(), options({ name: 'adam' }));
    assert.deepEqual((await trainer.readState()).optimizer, []);
    await steps(trainer, 0, 1);
    const { weights, optimizer } = await trainer.readState();
    trainer.dispose();
    assert.deepEqual(
      weights.map(({ name, shape }) => [name, shape]),
      [
        ['conv/kernel', [3, 3, 3, 4]],
        ['norm/gamma', [4]],
        ['norm/beta', [4]],
        ['logits/kernel', [64, 3]],
        ['logits/bias', [3]],
        ['norm/moving_mean', [4]],
        ['norm/moving_variance', [4]],
      ],
    );
    assert.deepEqual(optimizer.map(({ name }) => name).slice(0, 4), [
      'iterations',
      'conv/kernel/m',
      'conv/kernel/v',
      'norm/gamma/m',
    ]);
  });

  for (const change of [{ name: 'sgd' }, { name: 'adam' }, { name: 'adamw', weightDecay: 0.1 }] as const) {
    it(`${change.name}: a resumed run equals an uninterrupted one to the last bit, dropout included`, async () => {
      const whole = await engine.createTrainer(network(), options(change));
      await steps(whole, 0, 3);
      const saved = await whole.readState();
      const expectedLosses = await steps(whole, 3, 6);
      const expected = await whole.readState();
      whole.dispose();

      const resumed = await engine.createTrainer(network(99), options(change));
      await resumed.writeState(saved);
      assertSame(await resumed.readState(), saved);
      assert.deepEqual(await steps(resumed, 3, 6), expectedLosses);
      assertSame(await resumed.readState(), expected);
      resumed.dispose();
    });
  }

  it('with every option on, a run resumed in the middle of an update equals an uninterrupted one', async () => {
    for (const precision of ['float32', 'mixed'] as const) {
      const all: TrainerOptions = {
        ...options({ name: 'adamw', weightDecay: 0.1 }),
        ...{ loss: { name: 'focal', labelSmoothing: 0.1, focalGamma: 2 }, classWeights: [1, 2, 0.5] },
        ...{ clip: { norm: 1, value: 0.5 }, accumulate: 3, ema: 0.9, precision },
        layerRates: new Map([['conv', 0.5]]),
      };
      const whole = await engine.createTrainer(network(), all);
      await richSteps(whole, 0, 5);
      const saved = await whole.readState();
      assert.ok(saved.optimizer.some(({ name }) => name === 'accumulated-steps'));
      assert.equal(saved.averaged.length, saved.weights.length);
      await whole.predict(randomBatch(shape, 4, 1), 'averaged');
      const expectedLosses = await richSteps(whole, 5, 11);
      const expected = await whole.readState();
      whole.dispose();

      const resumed = await engine.createTrainer(network(99), all);
      await richSteps(resumed, 0, 4);
      await resumed.writeState(saved);
      assertSame(await resumed.readState(), saved);
      assert.deepEqual(await richSteps(resumed, 5, 11), expectedLosses);
      assertSame(await resumed.readState(), expected);
      resumed.dispose();
    }
  });

  it('weights change with an update’s last step only, and its gradient is the mean', async () => {
    const plain = options({ momentum: 0 });
    const [whole, parts] = [
      await engine.createTrainer(network(3, 0), { ...plain, layerRates: new Map([['norm', 0]]) }),
      await engine.createTrainer(network(3, 0), { ...plain, layerRates: new Map([['norm', 0]]), accumulate: 2 }),
    ];
    const batch = randomBatch(shape, 6, 1);
    const half = (from: number) => ({
      pixels: batch.pixels.subarray((from * batch.pixels.length) / 6),
      labels: batch.labels.subarray(from),
      size: 3,
    });
    const input = { step: 0, learningRate: 0.5 };
    const before = await parts.readState();
    const first = await parts.step(half(0), input);
    assert.equal(first.gradientNorm, null);
    assert.deepEqual((await parts.readState()).weights, before.weights);
    const second = await parts.step(half(3), { ...input, step: 1 });
    const { loss, correct } = await whole.step(batch, input);
    assert.ok(Math.abs((first.loss + second.loss) / 2 - loss) < 1e-6);
    assert.equal(first.correct + second.correct, correct);
    const [a, b] = [await whole.readState(), await parts.readState()];
    a.weights.forEach((weight, i) => {
      assert.ok(difference(weight.data, b.weights[i]?.data ?? []) < 1e-6, weight.name);
    });
    assert.ok(b.optimizer.every(({ name }) => !name.includes('accumulated')));
    whole.dispose();
    parts.dispose();
  });

  it('frozen layers have neither gradients nor slots and stay as they are', async () => {
    const rates = new Map([
      ['conv', 0],
      ['norm', 0],
    ]);
    const trainer = await engine.createTrainer(network(), { ...options({ name: 'adam' }), layerRates: rates });
    const before = await trainer.readState();
    await steps(trainer, 0, 3);
    const after = await trainer.readState();
    trainer.dispose();
    const changed = after.weights.filter(({ data }, i) => difference(data, before.weights[i]?.data ?? []) > 0);
    assert.deepEqual(
      changed.map(({ name }) => name),
      ['logits/kernel', 'logits/bias'],
    );
    assert.deepEqual(
      after.optimizer.map(({ name }) => name),
      ['iterations', 'logits/kernel/m', 'logits/kernel/v', 'logits/bias/m', 'logits/bias/v'],
    );
    const { graph } = lowerTrainer(network(), { ...options(), layerRates: rates }, fullPrecision);
    const backwards = graph.nodes().filter(({ operation }) => /Backprop|Grad/.test(operation));
    assert.deepEqual(
      backwards.map(({ operation }) => operation),
      ['BiasAddGrad'],
    );
  });

  it('a model without anything to train is refused', async () => {
    const rates = new Map(network().layers.map(({ name }) => [name, 0] as const));
    const failure = await engine
      .createTrainer(network(), { ...options(), layerRates: rates })
      .catch((error: unknown) => error);
    assert.ok(failure instanceof EngineError);
    assert.equal(failure.failure, 'unsupported-model');
  });

  it('predicts with the weights or with their average, whichever was used before', async () => {
    const trainer = await engine.createTrainer(network(), { ...options(), ema: 0.5 });
    const batch = randomBatch(shape, 5, 3);
    assert.deepEqual(await trainer.predict(batch, 'averaged'), await trainer.predict(batch));
    await steps(trainer, 0, 4, 0.1);
    const { averaged } = await trainer.readState();
    const [now, mean] = [await trainer.predict(batch), await trainer.predict(batch, 'averaged')];
    assert.ok(difference(now, mean) > 1e-3);
    assert.deepEqual(await trainer.predict(batch), now);
    await trainer.writeState({ weights: averaged, optimizer: [], averaged: [] });
    assert.deepEqual(await trainer.predict(batch), mean);
    trainer.dispose();
  });

  it('a state moves to the cpu engine and back, and both go on alike', async () => {
    const cpu = await cpuMaker.start({ threads: 1 });
    const settings = options({ name: 'adamw', weightDecay: 0.1 });
    const plain = () => network(3, 0);
    const ours = await engine.createTrainer(plain(), settings);
    await steps(ours, 0, 2);
    const theirs = await cpu.createTrainer(plain(), settings);
    await theirs.writeState(await ours.readState());
    const [mine, other] = [await steps(ours, 2, 4), await steps(theirs, 2, 4)];
    mine.forEach(({ loss }, i) => {
      assert.ok(Math.abs(loss - (other[i]?.loss ?? 0)) < 1e-4, `${loss} and ${other[i]?.loss}`);
    });
    await ours.writeState(await theirs.readState());
    const [again, reference] = [await steps(ours, 4, 5), await steps(theirs, 4, 5)];
    assert.ok(Math.abs((again[0]?.loss ?? 0) - (reference[0]?.loss ?? 1)) < 1e-4);
    ours.dispose();
    theirs.dispose();
  });

  it('a step leaves the arrays it was given alone', async () => {
    const trainer = await engine.createTrainer(network(), options());
    await steps(trainer, 0, 1);
    const state = await trainer.readState();
    const copy = structuredClone(state);
    await trainer.writeState(state);
    await steps(trainer, 1, 3);
    assertSame(state, copy);
    trainer.dispose();
  });

  it('an empty optimizer state starts the optimizer afresh', async () => {
    const [a, b] = [
      await engine.createTrainer(network(), options({ name: 'adam' })),
      await engine.createTrainer(network(5), options({ name: 'adam' })),
    ];
    const first = await a.readState();
    await steps(b, 0, 4);
    await b.writeState(first);
    assert.deepEqual(await steps(b, 0, 3), await steps(a, 0, 3));
    a.dispose();
    b.dispose();
  });

  it('dropout drops a share of the features, others in every step and layer, and nothing in prediction', async () => {
    const rate = 0.4;
    const drop = (name: string) => layers.dropout({ rate, name });
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [4, 4, 3] }),
        drop('one'),
        drop('two'),
        layers.dense({ units: 2, name: 'logits' }),
        layers.activation({ activation: 'softmax' }),
      ],
    });
    scramble(model, 1);
    const trainer = await engine.createTrainer(model, options());
    const batch = randomBatch(model, 8, 1);
    const frozen = { learningRate: 0 };
    const loss = async (step: number) => (await trainer.step(batch, { step, ...frozen })).loss;
    const losses = [await loss(0), await loss(1), await loss(0)];
    assert.equal(losses[0], losses[2]);
    assert.notEqual(losses[0], losses[1]);
    const before = await trainer.predict(batch);
    assert.deepEqual(await trainer.predict(batch), before);
    trainer.dispose();

    const other = await engine.createTrainer(model, { ...options(), seed: 8 });
    assert.notEqual((await other.step(batch, { step: 0, ...frozen })).loss, losses[0]);
    other.dispose();
  });

  it('dropout of whole images leaves each image in or out', async () => {
    // As the networks write stochastic depth down.
    const noiseShape = [null, 1, 1, 1] as unknown as number[];
    const model = sequential({
      layers: [
        layers.inputLayer({ inputShape: [4, 4, 3] }),
        layers.dropout({ rate: 0.5, noiseShape, name: 'drop' }),
        layers.flatten(),
        layers.dense({ units: 2, name: 'logits', useBias: false }),
        layers.activation({ activation: 'softmax' }),
      ],
    });
    scramble(model, 1);
    const trainer = await engine.createTrainer(model, options());
    assert.deepEqual(trainer.notices, []);
    const batch = randomBatch(model, 1, 1);
    const seen = new Set<string>();
    for (let step = 0; step < 30; step++) {
      seen.add((await trainer.step(batch, { step, learningRate: 0 })).loss.toFixed(5));
    }
    trainer.dispose();
    assert.equal(seen.size, 2);
    assert.ok(seen.has(Math.LN2.toFixed(5)), 'an image left out has logits of 0');
  });

  it('a batch smaller than its buffers equals the same images in buffers of their size', async () => {
    const model = network();
    const [a, b] = [await engine.createTrainer(model, options()), await engine.createTrainer(model, options())];
    const wide = randomBatch(model, 6, 2);
    const bytes = (wide.pixels.length / 6) * 4;
    const narrow = { pixels: wide.pixels.slice(0, bytes), labels: wide.labels.slice(0, 4), size: 4 };
    const input = { step: 0, learningRate: 0.1 };
    assert.deepEqual(await a.step({ ...wide, size: 4 }, input), await b.step(narrow, input));
    const one = await a.step({ ...wide, size: 1 }, { step: 1, learningRate: 0.1 });
    assert.ok(Number.isFinite(one.loss));
    a.dispose();
    b.dispose();
  });

  it('a state of another model is refused with the weight that does not fit', async () => {
    const trainer = await engine.createTrainer(network(), options());
    const state = await trainer.readState();
    const broken = {
      ...state,
      weights: state.weights.map((w) => (w.name === 'logits/bias' ? { ...w, data: new Float32Array(2) } : w)),
    };
    const failure = await trainer.writeState(broken).catch((error: unknown) => error);
    trainer.dispose();
    assert.ok(failure instanceof Problem);
    assert.match(failure.message, /logits\/bias/);
  });

  it('a loss that is no number ends the step with advice', async () => {
    const trainer = await engine.createTrainer(network(), options({ momentum: 0 }));
    const failure = await steps(trainer, 0, 8, 1e30).catch((error: unknown) => error);
    trainer.dispose();
    assert.ok(failure instanceof EngineError);
    assert.equal(failure.failure, 'not-finite');
  });

  it('300 steps, predictions and reads keep the memory flat', async () => {
    const model = network();
    const trainer = await engine.createTrainer(model, {
      ...options({ name: 'adam' }),
      ...{ accumulate: 2, ema: 0.9, clip: { norm: 1, value: 1 }, classWeights: [1, 2, 3] },
    });
    const round = async (from: number, to: number) => {
      await richSteps(trainer, from, to);
      await trainer.predict(randomBatch(model, 32, 1));
      await trainer.predict(randomBatch(model, 32, 1), 'averaged');
      await trainer.readState();
    };
    await round(0, 100);
    const start = process.memoryUsage.rss();
    for (let i = 1; i <= 3; i++) await round(100 * i, 100 * (i + 1));
    const growth = (process.memoryUsage.rss() - start) / 2 ** 20;
    trainer.dispose();
    assert.ok(growth < 20, `memory grew by ${growth.toFixed(1)} MiB`);
  });

  it('trainers that come and go leave nothing behind', async () => {
    const model = network();
    const once = async () => {
      const trainer = await engine.createTrainer(model, options({ name: 'adam' }));
      await steps(trainer, 0, 1);
      trainer.dispose();
    };
    for (let i = 0; i < 5; i++) await once();
    const start = process.memoryUsage.rss();
    for (let i = 0; i < 20; i++) await once();
    const growth = (process.memoryUsage.rss() - start) / 2 ** 20;
    assert.ok(growth < 40, `memory grew by ${growth.toFixed(1)} MiB`);
  });
});

async function steps(trainer: Trainer, from: number, to: number, learningRate = 0.01): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (let step = from; step < to; step++) {
    results.push(await trainer.step(randomBatch(shape, 6, step), { step, learningRate }));
  }
  return results;
}

/** With all that a batch and a step can bring. */
async function richSteps(trainer: Trainer, from: number, to: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (let step = from; step < to; step++) {
    const batch = randomBatch(shape, 6, step);
    const random = seededRandom(step);
    const shares = Array.from({ length: 6 }, () => random());
    batch.targets = Float32Array.from(shares.flatMap((share) => [share, 1 - share, 0]));
    batch.weights = Float32Array.from(shares, (share) => 0.5 + share);
    results.push(await trainer.step(batch, { step, learningRate: 0.01, momentum: 0.95 - (step % 20) / 100 }));
  }
  return results;
}

function assertSame(a: TrainerState, b: TrainerState): void {
  for (const part of ['weights', 'optimizer', 'averaged'] as const) {
    assert.deepEqual(
      a[part].map(({ name }) => name),
      b[part].map(({ name }) => name),
    );
    a[part].forEach((array, i) => {
      assert.deepEqual(bits(array.data), bits(b[part][i]?.data), array.name);
    });
  }
}

function bits(data: Float32Array | undefined): Uint32Array | undefined {
  return data && new Uint32Array(data.buffer, data.byteOffset, data.length);
}

function network(seed = 3, dropout = 0.3): LayersModel {
  const model = sequential({
    layers: [
      layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
        name: 'conv',
      }),
      layers.batchNormalization({ name: 'norm' }),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dropout({ rate: dropout }),
      layers.dense({ units: 3, name: 'logits' }),
      layers.activation({ activation: 'softmax', name: 'probabilities' }),
    ],
  });
  scramble(model, seed);
  return model;
}

let shape: LayersModel;
before(async () => {
  if (skip) return;
  await startEngine();
  shape = network();
});
