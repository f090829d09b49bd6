import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImageRecord } from '../../../src/dataset/types.ts';
import { countLabels, dataWarnings } from '../../../src/training/data-warnings.ts';
import { fixedNormalization, PixelStatistics } from '../../../src/training/normalization.ts';
import { Notices } from '../../../src/training/notices.ts';
import { matchStored } from '../../../src/training/run-data.ts';

describe('dataWarnings', () => {
  const fine = { classes: ['a', 'b'], train: [100, 100], validation: [20, 20], batchSize: 32 };
  for (const [name, change, codes] of [
    ['nothing', {}, []],
    ['few images', { train: [100, 19] }, ['few-images']],
    ['no validation', { validation: [0, 0] }, ['no-validation']],
    ['a class without validation images', { validation: [20, 0] }, ['class-missing-in-validation']],
    ['imbalance', { train: [1001, 100] }, ['imbalance']],
    ['no imbalance at exactly 10', { train: [1000, 100] }, []],
    ['a large batch', { batchSize: 201 }, ['batch-larger-than-data']],
  ] as const) {
    it(`warns of ${name}`, () => {
      assert.deepEqual(
        dataWarnings({ ...fine, ...change } as typeof fine).map(({ code }) => code),
        codes,
      );
    });
  }

  it('names the classes, but not hundreds', () => {
    const classes = Array.from({ length: 200 }, (_, i) => `class ${i}`);
    const counts = classes.map(() => 5);
    const [warning] = dataWarnings({ classes, train: counts, validation: counts, batchSize: 1 });
    assert.match(warning!.message, /^“class 0”, .*“class 4” and 195 more classes have fewer than 20 training images/);
  });

  it('counts labels', () => assert.deepEqual(countLabels([0, 2, 2], 3), [1, 0, 2]));
});

describe('normalization', () => {
  it('has the named constants', () => {
    assert.deepEqual(fixedNormalization('zero-one', 1), { mean: [0], std: [1] });
    assert.deepEqual(fixedNormalization('minus-one-one', 3), { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    assert.deepEqual(fixedNormalization('imagenet', 3), { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
    assert.ok(Math.abs(fixedNormalization('imagenet', 1).mean[0]! - 0.449) < 1e-12);
  });

  it('measures each channel over all batches', () => {
    const statistics = new PixelStatistics(2);
    statistics.add(Uint8Array.of(0, 10, 255, 10));
    statistics.add(Uint8Array.of(0, 10, 255, 10));
    const { mean, std } = statistics.result();
    assert.deepEqual(mean, [0.5, 10 / 255]);
    assert.ok(Math.abs(std[0]! - 0.5) < 1e-12);
    assert.equal(std[1], 0.5 / 255);
  });
});

describe('Notices', () => {
  it('gives each cause once with its total, and nothing where nothing is new', () => {
    const notices = new Notices([{ cause: 'corrupt', count: 2, examples: [{ path: 'a', message: 'm' }] }]);
    notices.skip('corrupt', 'b', 'm');
    notices.skip('missing', 'c', 'm');
    assert.deepEqual(
      notices.takeNew().map((event) => event.kind === 'skipped' && [event.cause, event.count, event.examples.length]),
      [
        ['corrupt', 3, 2],
        ['missing', 1, 1],
      ],
    );
    assert.deepEqual(notices.takeNew(), []);
    notices.warn('no-cache', 'full');
    notices.skip('missing', 'd', 'm');
    assert.deepEqual(
      notices.takeNew().map((event) => event.kind),
      ['warning', 'skipped'],
    );
    assert.deepEqual(notices.skippedCounts, [
      { cause: 'corrupt', count: 3 },
      { cause: 'missing', count: 2 },
    ]);
  });
});

describe('matchStored', () => {
  const record = (path: string, hash: string, label: number): ImageRecord => ({
    ...{ path, hash, label, split: null, group: null },
    ...{ format: 'png', width: 1, height: 1, channels: 3, bytes: 1 },
  });
  const line = (path: string, split: 'train' | 'validation') => ({ path, hash: path, label: 'b', split });
  const stored = {
    ...{ version: 1 as const, classes: ['a', 'b'], fingerprint: 'old' },
    lines: [line('y', 'train'), line('x', 'validation'), line('gone', 'train')],
  };

  it('keeps order, split and label of the run and tells what changed', () => {
    const images = [record('new', 'new', 0), record('x', 'edited', 0), record('y', 'y', 0)];
    const matched = matchStored(stored, { root: '/data', images, fingerprint: 'other' });
    assert.deepEqual(
      matched.images.map(({ path, label }) => [path, label]),
      [
        ['y', 1],
        ['x', 1],
      ],
    );
    assert.deepEqual(matched.splits, ['train', 'validation']);
    assert.match(matched.changed.join(' '), /images: 1 gone \(left out\), 1 with other contents, 1 new \(not used\)/);
  });

  it('says nothing where nothing changed', () => {
    const images = ['gone', 'x', 'y'].map((path) => record(path, path, 1));
    assert.deepEqual(matchStored(stored, { root: '/data', images, fingerprint: 'old' }).changed, []);
  });

  it('refuses where no training image is left', () => {
    const images = [record('x', 'x', 0)];
    assert.throws(() => matchStored(stored, { root: '/data', images, fingerprint: 'n' }), { code: 'data-gone' });
  });
});
