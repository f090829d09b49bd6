import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Engine } from '../../../src/engines/engine.ts';
import { families } from './families.ts';
import { referencePredict } from './reference.ts';
import { difference, options, randomBatch, skip, startEngine } from './support.ts';

describe('the families of networks that are imported', { skip, timeout: 120_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });

  for (const [name, build] of Object.entries(families)) {
    it(`${name}: predicts as TensorFlow.js does, trains in float32 and mixed, and is explained, all in the graph`, async () => {
      const model = build();
      const batch = randomBatch(model, 4, 1);
      const { normalization } = options();
      const predictor = await engine.createPredictor(model, normalization);
      assert.deepEqual(predictor.notices, []);
      const expected = referencePredict(model, batch, normalization);
      assert.ok(difference(await predictor.predict(batch), expected) < 1e-5);
      predictor.dispose();
      const losses: number[][] = [];
      for (const precision of ['float32', 'mixed'] as const) {
        const trainer = await engine.createTrainer(build(), { ...options({ momentum: 0.5 }), precision });
        assert.ok(!trainer.notices?.some((notice) => notice.includes('layer')), trainer.notices?.join());
        const curve: number[] = [];
        for (let step = 0; step < 12; step++) {
          curve.push((await trainer.step(batch, { step: 0, learningRate: 0.05 })).loss);
        }
        assert.ok(curve.at(-1)! < curve[0]!, `${precision}: ${curve}`);
        assert.ok(difference(await trainer.predict(batch), await trainer.predict(batch)) === 0);
        losses.push(curve);
        trainer.dispose();
      }
      const gap = Math.abs((losses[0]?.[0] ?? 0) - (losses[1]?.[0] ?? 1));
      assert.ok(gap < 0.03, `first losses differ by ${gap}`);
      const explainer = await engine.createExplainer(model, normalization);
      const { maps, height, width } = await explainer.explain(batch, batch.labels);
      assert.equal(maps.length, batch.size * height * width);
      explainer.dispose();
    });
  }
});
