import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { cpuMaker } from '../../../src/engines/cpu/maker.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { startEngine as startWasm } from '../../../src/engines/wasm/maker.ts';
import { dropResidual, SeedSequence } from '../../../src/models/blocks.ts';
import { buildModel } from '../../../src/models/build.ts';
import { defaultConfig, type ModelConfig } from '../../../src/training/config.ts';
import { batchOf, classes, optionsWith, size } from '../../unit/engines/models.ts';
import { skip as noTensorFlow, startEngine as startTensorFlow } from '../tensorflow/support.ts';

const activations = ['relu', 'relu6', 'leaky-relu', 'elu', 'gelu', 'swish'] as const;
const engines: [name: string, start: () => Promise<Engine>, skip: string | false][] = [
  ['cpu', () => cpuMaker.start({ threads: 0 }), false],
  ['wasm', () => startWasm(2, true), false],
  ['tensorflow', startTensorFlow, noTensorFlow],
];

function build(change: Partial<ModelConfig>): LayersModel {
  const config: ModelConfig = { ...defaultConfig.model, dropout: 0, width: 0.125, ...change };
  return buildModel(config, { width: size, height: size, channels: 3, classes, seed: 5 });
}

/** Losses of three steps and what is predicted after them. */
async function train(engine: Engine, network: LayersModel): Promise<number[]> {
  const trainer = await engine.createTrainer(network, optionsWith({ weightDecay: 0 }));
  const results: number[] = [];
  for (let step = 0; step < 3; step++) {
    results.push((await trainer.step(batchOf(6, step), { step, learningRate: 0.01 })).loss);
  }
  results.push(...(await trainer.predict(batchOf(3))).subarray(0, 3 * classes));
  trainer.dispose();
  network.dispose();
  return results;
}

/** Only a residual to drop: logits = dense(mean(drop(image))). */
function onlyResidual(rate: number): LayersModel {
  const image = input({ shape: [size, size, 3] });
  const dropped = dropResidual(image, new SeedSequence(3), { name: 'drop', rate });
  const pooled = layers.globalAveragePooling2d({}).apply(dropped) as SymbolicTensor;
  const logits = layers.dense({ name: 'logits', units: classes }).apply(pooled) as SymbolicTensor;
  const outputs = layers.activation({ activation: 'softmax' }).apply(logits) as SymbolicTensor;
  return model({ inputs: image, outputs });
}

for (const [name, start, skip] of engines) {
  describe(`built-in networks on ${name}`, { skip, timeout: 120_000 }, () => {
    const expected = new Map<string, number[]>();
    let engine: Engine;

    before(async () => {
      const oracle = await cpuMaker.start({ threads: 0 });
      for (const activation of activations) expected.set(activation, await train(oracle, build({ activation })));
      engine = await start();
    });
    after(() => engine.dispose());

    for (const activation of activations) {
      it(`${activation} trains as on the cpu engine`, async () => {
        const actual = await train(engine, build({ activation }));
        for (const [i, value] of (expected.get(activation) as number[]).entries()) {
          assert.ok(Math.abs((actual[i] as number) - value) < 2e-3 * (1 + value), `${actual[i]} instead of ${value}`);
        }
      });
    }

    it('stochastic depth leaves out whole images, in training only, the same for the same seed', async () => {
      const rate = 0.5;
      const network = onlyResidual(rate);
      const trainer = await engine.createTrainer(network, optionsWith({ momentum: 0, weightDecay: 0 }));
      const [plain] = [await trainer.predict(batchOf(4))];
      // Without learning, a loss only says which of the two images were left out.
      const lossesOf = async () => {
        const losses: number[] = [];
        for (let step = 0; step < 40; step++) {
          const batch = batchOf(2);
          batch.pixels.copyWithin(batch.pixels.length / 2, 0, batch.pixels.length / 2);
          batch.labels.fill(1);
          losses.push((await trainer.step(batch, { step, learningRate: 0 })).loss);
        }
        return losses.map((loss) => Number(loss.toFixed(5)));
      };
      const losses = await lossesOf();
      assert.equal(new Set(losses).size, 3, 'both kept, one, none');
      assert.deepEqual(await lossesOf(), losses);
      const [low, middle, high] = [...new Set(losses)].sort((a, b) => a - b) as [number, number, number];
      assert.ok(Math.abs(middle - (low + high) / 2) < 1e-4);
      const mixed = losses.filter((loss) => loss === middle).length;
      assert.ok(mixed > 8 && mixed < 32, `${mixed} of 40 steps with one of two`);
      assert.deepEqual(await trainer.predict(batchOf(4)), plain);
      trainer.dispose();
      network.dispose();
    });
  });
}
