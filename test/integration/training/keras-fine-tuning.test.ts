import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import { providePlainBackend } from '../../../src/engines/plain-backend.ts';
import { startEngine as startWasm } from '../../../src/engines/wasm/maker.ts';
import { completeConfig } from '../../../src/jobs/complete-config.ts';
import { findRecipe } from '../../../src/jobs/recipes/recipe.ts';
import { seededRandom } from '../../../src/random.ts';
import { createNetworkTrainer } from '../../../src/training/network.ts';
import { segmentsOf } from '../../../src/training/segments.ts';
import { pythonPeer } from '../../python-peers.ts';
import { startEngine as startTensorFlow, weightsOf, skip as withoutTensorFlow } from '../tensorflow/support.ts';

const skip = fs.existsSync(pythonPeer()) ? false : 'no Keras: make it with node test/tools/tool.mjs python-peers';
const [side, classes, size] = [8, 3, 12] as const;
const normalization = { mean: [0, 0, 0], std: [1, 1, 1] };

/** Named as networks of Loupe are: a backbone with batch norms, and a head. */
function network(): LayersModel {
  const image = input({ shape: [side, side, 3] });
  let x = image;
  for (const k of [1, 2]) {
    const conv = layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', useBias: false, name: `conv${k}` });
    x = conv.apply(x) as SymbolicTensor;
    x = layers.batchNormalization({ epsilon: 1e-3, momentum: 0.9, name: `bn${k}` }).apply(x) as SymbolicTensor;
    x = layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;
  }
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  x = layers.dense({ units: 12, activation: 'relu', name: 'head.dense' }).apply(x) as SymbolicTensor;
  x = layers.dense({ units: classes, name: 'logits' }).apply(x) as SymbolicTensor;
  x = layers.activation({ activation: 'softmax' }).apply(x) as SymbolicTensor;
  return model({ inputs: image, outputs: x });
}

describe('the recipe transfer-keras beside Keras’ guide to fine-tuning', { skip, timeout: 180_000 }, () => {
  const recipe = completeConfig({ ...findRecipe('transfer-keras').config, data: { source: '.' } });
  // Adam makes a whole step of a gradient that is nothing but rounding; it is compared with PyTorch's among the optimizers.
  const optimizer = { ...recipe.training.optimizer, name: 'sgd' as const, momentum: 0 };
  const config = { ...recipe, training: { ...recipe.training, optimizer } };
  // The recipe's rates would hide what a few steps do.
  const phases = segmentsOf(config, []).map(({ freeze }) => ({
    ...{ freeze, trainable: freeze.length === 0, rate: 0.1, steps: 4 },
  }));
  const random = seededRandom(5);
  const pixels = Uint8Array.from({ length: size * side * side * 3 }, () => Math.floor(random() * 256));
  const labels = Int32Array.from({ length: size }, (_, i) => (i < 7 ? 0 : i < 10 ? 1 : 2));
  let start: Map<string, Float32Array>;
  let expected: Record<string, number[]>[];

  before(async () => {
    await providePlainBackend();
    const net = network();
    const weights = weightsOf(net).map(({ name, shape, data }) => {
      // Statistics that a batch does not have, so that whoever normalises by the batch is found out; and no unit that is always silent.
      const middle = /variance$/.test(name) ? 1.7 : /(mean|beta|bias)$/.test(name) ? 0.2 : /gamma$/.test(name) ? 1 : 0;
      const spread = /kernel$/.test(name) ? 0.6 : 0.1;
      return { name, shape, data: Float32Array.from(data, () => middle + spread * (2 * random() - 1)) };
    });
    start = new Map(weights.map(({ name, data }) => [name, data]));
    const asked = {
      ...{ side, classes, labels: [...labels], phases },
      images: Array.from(pixels, (value) => value / 255),
      weights: Object.fromEntries(weights.map(({ name, shape, data }) => [name, { shape, values: [...data] }])),
    };
    const script = path.join(import.meta.dirname, 'keras_fine_tuning.py');
    const answer = execFileSync(pythonPeer(), [script], {
      input: JSON.stringify(asked),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    expected = JSON.parse(answer);
    net.dispose();
  });

  for (const [name, startEngine, without] of [
    ['wasm', () => startWasm(2, true), false],
    ['tensorflow', startTensorFlow, withoutTensorFlow],
  ] as [string, () => Promise<Engine>, string | false][]) {
    it(`${name}: the same weights after each phase; scale and shift of batch norms learn, their statistics stay`, {
      skip: without,
    }, async () => {
      const engine = await startEngine();
      try {
        let weights = start;
        for (const [number, { freeze, rate, steps }] of phases.entries()) {
          const net = network();
          const trainer = await createNetworkTrainer(engine, net, config, {
            normalization,
            classWeights: null,
            freeze,
          });
          const state = await trainer.readState();
          const taken = state.weights.map((one) => ({ ...one, data: weights.get(one.name) ?? one.data }));
          await trainer.writeState({ ...state, weights: taken });
          for (let step = 0; step < steps; step++)
            await trainer.step({ pixels, labels, size }, { step, learningRate: rate });
          const found = new Map((await trainer.readState()).weights.map((one) => [one.name, one.data]));
          assertSame(found, expected[number] ?? assert.fail());
          const moved = [...found].filter(([one, data]) => data.some((value, i) => value !== weights.get(one)?.[i]));
          const learning = [...found.keys()].filter((one) =>
            number === 0 ? /^(head|logits)/.test(one) : !one.includes('moving'),
          );
          assert.deepEqual(moved.map(([one]) => one).sort(), learning.sort());
          weights = found;
          trainer.dispose();
          net.dispose();
        }
      } finally {
        await engine.dispose();
      }
    });
  }
});

function assertSame(found: ReadonlyMap<string, Float32Array>, expected: Record<string, number[]>): void {
  for (const [name, values] of Object.entries(expected)) {
    const own = found.get(name) ?? assert.fail(name);
    const largest = Math.max(...values.map((value, i) => Math.abs(value - (own[i] as number))));
    assert.ok(largest < 1e-5, `${name} differs by ${largest}`);
  }
}
