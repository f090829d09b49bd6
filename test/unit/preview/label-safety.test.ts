import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImageBatch } from '../../../src/engines/engine.ts';
import type { Preprocess } from '../../../src/images/preprocess.ts';
import { checkLabelSafety, judge, singleOperations, wilsonLower } from '../../../src/preview/label-safety.ts';
import { defaultAugment } from '../../../src/training/config-augment.ts';
import { augmentPresets } from '../../../src/training/config-augment-presets.ts';

describe('wilsonLower', () => {
  // statsmodels.stats.proportion.proportion_confint(k, n, method='wilson')
  for (const [share, count, expected] of [
    [0.5, 10, 0.2366],
    [0.9, 30, 0.7438],
    [0, 20, 0],
    [1, 5, 0.5655],
  ] as const) {
    it(`${share} of ${count} → ${expected}`, () => assert.ok(Math.abs(wilsonLower(share, count) - expected) < 1e-3));
  }
});

describe('singleOperations', () => {
  it('takes each operation that is on by itself, at its strength and always, and all together last', () => {
    const fastai = augmentPresets.find(({ name }) => name === 'fastai')!.augment;
    const operations = singleOperations({ ...fastai, mixUp: { probability: 1, alpha: 1 } });
    const names = ['flip.horizontal', 'rotate', 'zoom', 'perspective', 'brightness', 'contrast', 'all'];
    assert.deepEqual(
      operations.map(({ name }) => name),
      names,
    );
    const rotate = operations.find(({ name }) => name === 'rotate')!.config;
    assert.deepEqual(rotate.rotate, { probability: 1, degrees: 10 });
    assert.equal(rotate.zoom.probability, 0);
    assert.equal(operations.at(-1)!.config.mixUp.probability, 0);
    assert.equal(operations.at(-1)!.config.rotate.probability, 0.75);
  });
});

describe('judge', () => {
  const images = Array.from({ length: 40 }, (_, i) => ({ className: i < 20 ? 'three' : 'eight' }));
  it('flags a class where the change is surely beyond noise and tolerance, and no other', () => {
    const changed = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 0.8 : 0.05));
    const noise = new Float64Array(40).fill(0.02);
    const result = judge(images, changed, noise, 0.1);
    assert.equal(result.flagged, true);
    assert.deepEqual(
      result.perClass.map(({ className, flagged }) => [className, flagged]),
      [
        ['eight', false],
        ['three', true],
      ],
    );
  });
  it('flags nothing where the model changes its mind over nothing as often', () => {
    const changed = new Float64Array(40).fill(0.5);
    assert.equal(judge(images, changed, new Float64Array(40).fill(0.4), 0.1).flagged, false);
  });
});

describe('checkLabelSafety', () => {
  it('finds that a flip turns left into right for a model that looks at sides, and light does not', async () => {
    const preprocess: Preprocess = {
      version: 1,
      width: 8,
      height: 8,
      color: 'grey',
      resize: 'crop',
      normalization: { mean: [0], std: [1] },
    };
    /** Says which half is brighter. */
    const predictor = {
      async predict({ pixels, size }: ImageBatch) {
        const rows = new Float32Array(size * 2);
        for (let image = 0; image < size; image++) {
          let left = 0;
          for (let i = 0; i < 64; i++) left += (i % 8 < 4 ? 1 : -1) * pixels[image * 64 + i]!;
          rows[image * 2 + (left > 0 ? 0 : 1)] = 1;
        }
        return rows;
      },
      dispose() {},
    };
    const images = Array.from({ length: 30 }, (_, index) => {
      const isLeft = index % 2 === 0;
      const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 8 < 4 === isLeft ? 150 : 60) + index);
      return { index, className: isLeft ? 'left' : 'right', pixels };
    });
    const report = await checkLabelSafety(images, {
      predictor,
      preprocess,
      labels: ['left', 'right'],
      augment: {
        ...defaultAugment,
        flip: { horizontal: 0.5, vertical: 0 },
        brightness: { probability: 0.5, amount: 0.3 },
      },
      describe: () => 'text',
      seed: 1,
      draws: 3,
      tolerance: 0.1,
      batchSize: 7,
    });
    assert.equal(report.accuracy, 1);
    assert.equal(report.noise, 0);
    const found = report.operations.map(({ operation, changed, flagged }) => [operation, changed, flagged]);
    assert.deepEqual(found.slice(0, 2), [
      ['flip.horizontal', 1, true],
      ['brightness', 0, false],
    ]);
    assert.equal(report.operations[2]!.operation, 'all');
  });
});
