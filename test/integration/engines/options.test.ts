import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { cpuMaker } from '../../../src/engines/cpu/maker.ts';
import type { Engine, NamedArray, TrainerOptions, TrainerState } from '../../../src/engines/engine.ts';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import { batchOf, classes, mixedCnn, optionsWith, residualBlock, size } from '../../unit/engines/models.ts';

const engines: [name: string, start: () => Promise<Engine>][] = [
  ['wasm', () => startEngine(2, true)],
  ['cpu', () => cpuMaker.start({ threads: 0 })],
];

/** Of the last spatial output of `residualBlock`. */
const places = 9;
const plainSgd = { momentum: 0, weightDecay: 0 };

for (const [name, start] of engines) {
  describe(`${name}: options of a trainer`, { timeout: 120_000 }, () => {
    let engine: Engine;
    before(async () => {
      engine = await start();
    });
    after(() => engine.dispose());

    async function train(more: Partial<TrainerOptions>, steps: number, build: () => LayersModel = () => mixedCnn(0)) {
      const trainer = await engine.createTrainer(build(), { ...optionsWith(plainSgd), ...more });
      const states: TrainerState[] = [await trainer.readState()];
      const norms: (number | null)[] = [];
      for (let step = 0; step < steps; step++) {
        norms.push((await trainer.step(batchOf(6, step), { step, learningRate: 0.1 })).gradientNorm);
        states.push(await trainer.readState());
      }
      return { trainer, states, norms };
    }

    const weightsOf = (state: TrainerState | undefined, filter = (_: string) => true) =>
      new Map((state as TrainerState).weights.filter((one) => filter(one.name)).map((one) => [one.name, one.data]));

    test('frozen layers stay as they are; batch norm below runs on its moving statistics', async () => {
      const layerRates = new Map(['a', 'a.bn', 'b'].map((layer) => [layer, 0]));
      const { states } = await train({ layerRates }, 2);
      const frozen = (weight: string) => /^(a|a\.bn|b)\//.test(weight);
      assert.deepEqual(weightsOf(states[2], frozen), weightsOf(states[0], frozen));
      for (const [weight, data] of weightsOf(states[2], (one) => !frozen(one))) {
        assert.notDeepEqual(data, weightsOf(states[0]).get(weight), weight);
      }
      assert.ok(states[2]?.optimizer.every((one) => !frozen(one.name)));
    });

    test('frozen batch norm may go on moving its statistics, not its scale', async () => {
      const layerRates = new Map([['a.bn', 0]]);
      const { states } = await train({ layerRates, frozenBatchNorm: 'training' }, 1);
      const changed = [...weightsOf(states[1], (one) => one.startsWith('a.bn/'))]
        .filter(([weight, data]) => !equal(data, weightsOf(states[0]).get(weight)))
        .map(([weight]) => weight);
      assert.deepEqual(changed, ['a.bn/moving_mean', 'a.bn/moving_variance']);
    });

    test('a frozen batch norm in the middle hands the gradient on as a constant scale and shift', async () => {
      // The gradient of the first kernel, taken as a difference of the loss in the same mode.
      const layerRates = new Map(['stem.bn', '1.bn', '2.bn', 's.bn'].map((layer) => [layer, 0]));
      const options = { layerRates, frozenBatchNorm: 'inference' as const };
      const { states } = await train(options, 1, residualBlock);
      const before = weightsOf(states[0]).get('stem/kernel') as Float32Array;
      const after = weightsOf(states[1]).get('stem/kernel') as Float32Array;
      const trainer = await engine.createTrainer(residualBlock(), { ...optionsWith(plainSgd), ...options });
      for (const k of [0, 50, 131]) {
        const lossAt = async (delta: number) => {
          const state = structuredClone(states[0]) as TrainerState;
          const kernel = state.weights.find((one) => one.name === 'stem/kernel') as NamedArray;
          kernel.data[k] = (kernel.data[k] as number) + delta;
          await trainer.writeState(state);
          return (await trainer.step(batchOf(6, 0), { step: 0, learningRate: 0 })).loss;
        };
        const slope = ((await lossAt(3e-4)) - (await lossAt(-3e-4))) / 6e-4;
        const gradient = ((before[k] as number) - (after[k] as number)) / 0.1;
        assert.ok(Math.abs(gradient - slope) < 6e-4 + 0.05 * Math.abs(slope), `${gradient} instead of ${slope}`);
      }
      trainer.dispose();
    });

    test('a layer with half the rate moves half as far', async () => {
      const [whole, half] = [await train({}, 1), await train({ layerRates: new Map([['logits', 0.5]]) }, 1)];
      const moved = ({ states }: typeof whole) =>
        weightsOf(states[1], (one) => one === 'logits/kernel')
          .get('logits/kernel')
          ?.map((value, i) => value - (weightsOf(states[0]).get('logits/kernel')?.[i] as number)) as Float32Array;
      const expected = moved(whole).map((value) => value / 2);
      assert.ok(largestDifference(moved(half), expected) < 1e-6);
    });

    test('everything frozen is an error that says so', async () => {
      const model = mixedCnn(0);
      const layerRates = new Map(model.layers.map((layer) => [layer.name, 0]));
      await assert.rejects(engine.createTrainer(model, { ...optionsWith(), layerRates }), /nothing to train/);
    });

    test('accumulation changes the weights at every second step, by the mean', async () => {
      const { states, norms } = await train({ accumulate: 2, clip: { norm: 1e6, value: 0 } }, 2);
      const kernels = (one: string) => !one.includes('moving');
      assert.deepEqual(weightsOf(states[1], kernels), weightsOf(states[0], kernels));
      assert.equal(norms[0], null);
      assert.ok((norms[1] as number) > 0);
      assert.ok(states[1]?.optimizer.some((one) => one.name === 'a/kernel/accumulated'));
      assert.deepEqual(
        states[2]?.optimizer.map((one) => one.name),
        ['iterations'],
      );
      // Each gradient by itself: the weights of the first step do not change, so both are taken at the same place.
      const alone = await Promise.all(
        [0, 1].map(async (seed) => {
          const trainer = await engine.createTrainer(mixedCnn(0), optionsWith(plainSgd));
          await trainer.step(batchOf(6, seed), { step: seed, learningRate: 0.05 });
          return weightsOf(await trainer.readState()).get('logits/kernel') as Float32Array;
        }),
      );
      const start = weightsOf(states[0]).get('logits/kernel') as Float32Array;
      const sum = start.map((value, i) => (alone[0]?.[i] as number) + (alone[1]?.[i] as number) - value);
      assert.ok(largestDifference(weightsOf(states[2]).get('logits/kernel') as Float32Array, sum) < 1e-5);
    });

    test('the moving average starts with the first update and is what an averaged prediction takes', async () => {
      const { trainer, states } = await train({ ema: 0.75 }, 3);
      assert.deepEqual(states[0]?.averaged, []);
      const [first, second] = [1, 2].map((step) => new Map(states[step]?.averaged.map((one) => [one.name, one.data])));
      assert.deepEqual(first, weightsOf(states[1]));
      for (const [weight, data] of second as Map<string, Float32Array>) {
        const expected = data.map(
          (_, i) =>
            0.75 * (first?.get(weight)?.[i] as number) + 0.25 * (weightsOf(states[2]).get(weight)?.[i] as number),
        );
        assert.ok(largestDifference(data, expected) < 1e-6, weight);
      }
      const averaged = await trainer.predict(batchOf(5), 'averaged');
      assert.deepEqual(await trainer.readState(), states[3]);
      const { averaged: weights } = states[3] as TrainerState;
      await trainer.writeState({ ...(states[3] as TrainerState), weights });
      assert.deepEqual(await trainer.predict(batchOf(5)), averaged);
      trainer.dispose();
    });

    test('soft targets that say what the labels say, and weights of 1, change nothing', async () => {
      const results = [];
      for (const more of [{}, soft(6)]) {
        const trainer = await engine.createTrainer(mixedCnn(0), optionsWith(plainSgd));
        const result = await trainer.step({ ...batchOf(6), ...more }, { step: 0, learningRate: 0.1 });
        results.push([result, await trainer.readState()]);
      }
      assert.deepEqual(results[1], results[0]);
    });
  });

  describe(`${name}: class maps and features`, { timeout: 120_000 }, () => {
    let engine: Engine;
    before(async () => {
      engine = await start();
    });
    after(() => engine.dispose());
    const normalization = optionsWith().normalization;

    test('Grad-CAM of a model that ends in global average pooling is the class activation map', async () => {
      const model = residualBlock();
      const batch = batchOf(3);
      const chosen = Int32Array.of(0, 2, 1);
      const explainer = await engine.createExplainer(model, normalization);
      const { maps, height, width } = await explainer.explain(batch, chosen);
      assert.deepEqual([height, width], [3, 3]);
      // There ∂logit/∂A is the dense kernel divided by the number of positions (Zhou et al. 2016).
      const last = (model.layers.findLast((layer) => layer.outputShape.length === 4) as (typeof model.layers)[0]).name;
      const kernel = await weightOf(model, 'logits/kernel');
      const channels = kernel.length / classes;
      const activations = await spatialOutput(model, last, batch.pixels, normalization);
      const expected = Float32Array.from({ length: 3 * places }, (_, i) => {
        const image = Math.floor(i / places);
        let sum = 0;
        for (let c = 0; c < channels; c++) {
          const slope = (kernel[c * classes + (chosen[image] as number)] as number) / places;
          sum += slope * (activations[i * channels + c] as number);
        }
        return Math.max(0, sum);
      });
      assert.ok(maps.some((value) => value > 0));
      assert.ok(largestDifference(maps, expected) < 1e-5);
    });

    test('features of the layer before the classifier, and of any other, averaged over positions', async () => {
      const model = residualBlock();
      const batch = batchOf(3);
      const features = await engine.createFeatureExtractor(model, normalization);
      assert.equal(features.size, 16);
      const values = await features.features(batch);
      const last = (model.layers.findLast((layer) => layer.outputShape.length === 4) as (typeof model.layers)[0]).name;
      const activations = await spatialOutput(model, last, batch.pixels, normalization);
      const expected = Float32Array.from({ length: 48 }, (_, i) => {
        let sum = 0;
        for (let place = 0; place < places; place++)
          sum += activations[((i >> 4) * places + place) * 16 + (i & 15)] as number;
        return sum / places;
      });
      assert.ok(largestDifference(values, expected) < 1e-5);
      const named = await engine.createFeatureExtractor(model, normalization, last);
      assert.ok(largestDifference(await named.features(batch), expected) < 1e-5);
      // Before its ReLU, which the wasm engine does in the same pass.
      const fused = await engine.createFeatureExtractor(model, normalization, '1.bn');
      assert.ok((await fused.features(batch)).some((value) => value < 0));
      await assert.rejects(engine.createFeatureExtractor(model, normalization, 'nowhere'), /no layer nowhere/);
    });
  });
}

function soft(images: number) {
  const targets = new Float32Array(images * classes);
  for (let i = 0; i < images; i++) targets[i * classes + (i % classes)] = 1;
  return { targets, weights: new Float32Array(images).fill(1) };
}

function equal(a: Float32Array, b: Float32Array | undefined): boolean {
  return a.every((value, i) => value === b?.[i]);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
}

async function weightOf(model: LayersModel, name: string): Promise<Float32Array> {
  const [layer, role] = name.split('/');
  const weight = model.getLayer(layer as string).weights.find((one) => one.originalName.endsWith(role as string));
  return (await weight?.read().data()) as Float32Array;
}

/** [image, place, channel]: what a layer gives by TensorFlow.js's own prediction. */
async function spatialOutput(
  model: LayersModel,
  layer: string,
  pixels: Uint8Array,
  { mean, std }: TrainerOptions['normalization'],
): Promise<Float32Array> {
  const { model: build } = await import('@tensorflow/tfjs-layers');
  const { tensor4d } = await import('@tensorflow/tfjs-core');
  const part = build({ inputs: model.inputs, outputs: model.getLayer(layer).output as (typeof model.outputs)[0] });
  const x = Float32Array.from(pixels, (value, i) => (value / 255 - (mean[i % 3] as number)) / (std[i % 3] as number));
  const y = part.predict(tensor4d(x, [pixels.length / (size * size * 3), size, size, 3])) as {
    data(): Promise<Float32Array>;
  };
  return (await y.data()).slice();
}
