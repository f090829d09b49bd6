import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { toKeras } from '../../../src/export/keras/keras.ts';
import { toOnnx } from '../../../src/export/onnx/onnx.ts';
import { toSavedModel } from '../../../src/export/tensorflow/saved-model.ts';
import type { Preprocess } from '../../../src/images/preprocess.ts';
import { buildModel } from '../../../src/models/build.ts';
import type { RowRnnVariant } from '../../../src/models/row-rnn.ts';
import { seededRandom } from '../../../src/random.ts';
import { defaultConfig, type ModelConfig } from '../../../src/training/config.ts';
import { pythonPeer } from '../../python-peers.ts';
import { optionsWith } from '../../unit/engines/models.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';
const [side, channels, classes, images, rate] = [9, 3, 4, 5, 0.5] as const;

function build(architecture: RowRnnVariant, change: Partial<ModelConfig> = {}) {
  const config: ModelConfig = { ...defaultConfig.model, dropout: 0, width: 0.125, depth: 2, architecture, ...change };
  return buildModel(config, { width: side, height: side, channels, classes, seed: 3 });
}

describe('row networks beside Keras', { skip }, () => {
  for (const kind of ['row-lstm', 'row-gru'] as const) {
    it(`${kind} predicts alike, before and after a step of training`, async () => {
      const engine = await wasmMaker.start({ threads: 1 });
      try {
        const network = build(kind);
        const random = seededRandom(8);
        const pixels = Uint8Array.from({ length: images * side * side * channels }, () => Math.floor(random() * 256));
        const labels = Int32Array.from({ length: images }, (_, i) => i % classes);
        const trainer = await engine.createTrainer(network, {
          ...optionsWith({ name: 'sgd', momentum: 0, weightDecay: 0 }),
          normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
        });
        const { weights } = await trainer.readState();
        const asked = {
          kind,
          side,
          channels,
          units: 16,
          classes,
          rate,
          labels: [...labels],
          images: Array.from(pixels, (value) => value / 255),
          weights: weights.map(({ shape, data }) => ({ shape, values: [...data] })),
        };
        const script = path.join(import.meta.dirname, 'row_rnn.py');
        const peer = JSON.parse(
          execFileSync(pythonPeer(), [script], {
            input: JSON.stringify(asked),
            encoding: 'utf8',
            stdio: ['pipe', 'pipe', 'ignore'],
          }),
        );
        const batch = { pixels, labels, size: images };
        const close = (found: Float32Array, expected: number[]) => {
          for (const [i, p] of expected.entries())
            assert.ok(Math.abs((found[i] as number) - p) < 1e-4, `${found[i]}, not ${p}`);
        };
        close(await trainer.predict(batch), peer.before);
        const { loss } = await trainer.step(batch, { step: 0, learningRate: rate });
        assert.ok(Math.abs(loss - peer.loss) < 1e-4);
        close(await trainer.predict(batch), peer.after);
        trainer.dispose();
        network.dispose();
      } finally {
        await engine.dispose();
      }
    });
  }
});

describe('row networks', () => {
  it('are named by the layer that other formats can’t hold', async () => {
    const engine = await wasmMaker.start({ threads: 1 });
    const normalization = { mean: [0, 0, 0], std: [1, 1, 1] };
    const preprocess: Preprocess = {
      version: 1,
      width: side,
      height: side,
      color: 'rgb',
      resize: 'crop',
      normalization,
    };
    const source = { model: build('row-gru'), preprocess, labels: ['a', 'b', 'c', 'd'], name: 'rows', version: '1' };
    try {
      for (const write of [() => toOnnx(source, 'inside'), () => toKeras(source, 'inside', 0)]) {
        assert.throws(write, { code: 'layer-not-exportable', message: /“rows\.1” \(GRU\)/ });
      }
      assert.throws(() => toSavedModel(source, 'inside'), {
        code: 'layer-not-supported',
        message: /“rows\.1” \(GRU\)/,
      });
    } finally {
      await engine.dispose();
    }
  });

  it('refuse in words what they can’t be', async () => {
    const engine = await wasmMaker.start({ threads: 1 });
    try {
      assert.throws(() => build('row-gru', { head: 'concat-pool' }), { code: 'no-feature-map' });
      assert.throws(() => build('row-lstm', { weights: 'some.pth' }), { code: 'no-pretrained-rows' });
      const config: ModelConfig = { ...defaultConfig.model, architecture: 'row-lstm' };
      const phase = { width: side, height: side, channels, classes, seed: 3, designSide: 2 * side };
      assert.throws(() => buildModel(config, phase), { code: 'fixed-size' });
    } finally {
      await engine.dispose();
    }
  });
});
