import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { decodeRecord } from '../../../src/dataset/decode-record.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { ImageRecord } from '../../../src/dataset/types.ts';
import type { DecodeSettings } from '../../../src/images/preprocess.ts';
import { type AugmentConfig, defaultAugment } from '../../../src/training/config-augment.ts';
import { ImageLoader, type PassOptions } from '../../../src/training/loader.ts';
import { epochOrder } from '../../../src/training/order.ts';
import { temporaryFolder, writeImages } from './images.ts';

const settings: DecodeSettings = { width: 16, height: 16, color: 'rgb', resize: 'stretch' };
const everything: AugmentConfig = {
  ...structuredClone(defaultAugment),
  flip: { horizontal: 0.5, vertical: 0.5 },
  policy: { name: 'rand-augment', operations: 2, magnitude: 9 },
};
for (const value of Object.values(everything)) {
  if (typeof value === 'object' && 'probability' in value) value.probability = 0.5;
}

async function setUp(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = temporaryFolder(t);
  const root = path.join(folder, 'images');
  await writeImages(root, { each: 12 });
  const { images, classes } = await openDataSet(root, { cacheFolder: path.join(folder, 'index') });
  const open = (options: {
    color?: DecodeSettings['color'];
    workers?: number;
    cache?: string;
    augment?: AugmentConfig;
  }) =>
    new ImageLoader({
      root,
      images,
      settings: { ...settings, color: options.color ?? 'rgb' },
      batchSize: 8,
      workers: options.workers ?? 1,
      augment: { config: options.augment ?? everything, seed: 7, classes: classes.length },
      cacheFolder: path.join(folder, options.cache ?? 'decoded'),
    });
  return { root, images, classes, open, order: epochOrder(Uint32Array.from(images.keys()), 3, 0) };
}

async function collect(loader: ImageLoader, order: Uint32Array, options: Partial<PassOptions> = {}) {
  const batches: { indices: number[]; pixels: Buffer; targets: number[] | null; labels: number[] }[] = [];
  for await (const batch of loader.pass(order, { failed: 'replace', ...options })) {
    const { pixels, targets, indices, labels } = batch;
    batches.push({
      indices: [...indices],
      pixels: Buffer.from(pixels),
      targets: targets ? [...targets] : null,
      labels: [...labels],
    });
  }
  await loader.close();
  return batches;
}

describe('ImageLoader with augmentation', () => {
  it('gives the same with any number of workers, from the cache, and from any batch on', async (t) => {
    const { open, order } = await setUp(t);
    const first = await collect(open({}), order, { epoch: 4 });
    assert.deepEqual(await collect(open({ workers: 3, cache: 'other' }), order, { epoch: 4 }), first);
    assert.deepEqual(await collect(open({ workers: 2 }), order, { epoch: 4, from: 2 }), first.slice(2));
  });

  it('gives other images in another epoch, and the files’ own where no epoch is named', async (t) => {
    const { root, images, open, order } = await setUp(t);
    const one = await collect(open({}), order, { epoch: 0 });
    const other = await collect(open({}), order, { epoch: 1 });
    for (const [i, batch] of one.entries()) assert.ok(!batch.pixels.equals(other[i]!.pixels));
    const [plain] = await collect(open({}), order);
    assert.equal(plain!.targets, null);
    const decoded = await Promise.all(plain!.indices.map((at) => decodeRecord(root, images[at]!, settings)));
    assert.deepEqual(plain!.pixels, Buffer.concat(decoded));
  });

  it('draws for an image whatever batch it is in', async (t) => {
    const { open, order } = await setUp(t);
    const unmixed = { ...everything, mixUp: { probability: 0, alpha: 1 }, cutMix: { probability: 0, alpha: 1 } };
    const byImage = (batches: { indices: number[]; pixels: Buffer }[]) => {
      const size = 16 * 16 * 3;
      return new Map(
        batches.flatMap(({ indices, pixels }) =>
          indices.map((index, i): [number, string] => [index, pixels.toString('hex', i * size, (i + 1) * size)]),
        ),
      );
    };
    const forward = byImage(await collect(open({ augment: unmixed }), order, { epoch: 2 }));
    const backward = byImage(await collect(open({ augment: unmixed }), order.slice().reverse(), { epoch: 2 }));
    assert.equal(forward.size, order.length);
    for (const [index, pixels] of forward) assert.equal(backward.get(index), pixels);
  });

  it('draws anew for an image that comes several times in an epoch', async (t) => {
    const { open } = await setUp(t);
    const noise = { probability: 1, deviation: 20 };
    const [batch] = await collect(open({ augment: { ...defaultAugment, noise } }), Uint32Array.of(3, 5, 3, 3), {
      epoch: 0,
    });
    const pictures = [0, 1, 2, 3].map((i) => batch!.pixels.toString('hex', i * 768, (i + 1) * 768));
    assert.equal(new Set(pictures).size, 4);
  });

  it('has soft labels that sum to 1, with the larger share of a blend for the image’s own class', async (t) => {
    const { classes, open, order } = await setUp(t);
    const mixUp = { probability: 1, alpha: 0.4 };
    const batches = await collect(open({ augment: { ...defaultAugment, mixUp } }), order, { epoch: 0 });
    let mixed = 0;
    for (const { targets, labels } of batches) {
      labels.forEach((label, i) => {
        const row = targets!.slice(i * classes.length, (i + 1) * classes.length);
        assert.ok(Math.abs(row.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
        assert.ok(row[label]! >= 0.5);
        if (row[label]! < 1) mixed++;
      });
    }
    assert.ok(mixed > order.length / 4, `${mixed}`);
  });

  it('takes more workers where augmentation is what a pass waits for, and gives the same', {
    skip: os.availableParallelism() > 1 ? false : 'one core',
  }, async (t) => {
    const { root, images, classes, order } = await setUp(t);
    const slow = { ...defaultAugment, blur: { probability: 1, minSigma: 9, maxSigma: 10 } };
    const loader = new ImageLoader({
      root,
      images,
      settings: { ...settings, width: 160, height: 160 },
      batchSize: 4,
      augment: { config: slow, seed: 7, classes: classes.length },
      cacheFolder: path.join(root, '..', 'decoded'),
    });
    const passes: string[][] = [];
    for (let pass = 0; pass < 3; pass++) {
      const pictures: string[] = [];
      for await (const { pixels } of loader.pass(order, { failed: 'replace', epoch: 0 })) {
        pictures.push(createHash('sha256').update(pixels).digest('hex'));
      }
      passes.push(pictures);
    }
    assert.ok(loader.workers > 1);
    await loader.close();
    assert.deepEqual(passes[1], passes[0]);
    assert.deepEqual(passes[2], passes[0]);
  });

  it('converts to hsv and lab after augmentation, and as prediction does', async (t) => {
    const { root, images, open, order } = await setUp(t);
    for (const color of ['hsv', 'lab', 'grey'] as const) {
      const [batch] = await collect(open({ color }), order);
      const expected = await decodeRecord(root, images[batch!.indices[0]!] as ImageRecord, { ...settings, color });
      assert.deepEqual(batch!.pixels.subarray(0, expected.length), Buffer.from(expected));
      const [augmented] = await collect(open({ color }), order, { epoch: 0 });
      assert.equal(augmented!.pixels.length, batch!.pixels.length);
      assert.ok(!augmented!.pixels.equals(batch!.pixels));
    }
  });
});
