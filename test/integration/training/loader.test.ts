import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { decodeRecord } from '../../../src/dataset/decode-record.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { DataSet } from '../../../src/dataset/types.ts';
import type { DecodeSettings } from '../../../src/images/preprocess.ts';
import { ImageLoader, type PassOptions } from '../../../src/training/loader.ts';
import { epochOrder } from '../../../src/training/order.ts';
import { temporaryFolder, writeImages } from './images.ts';

const settings: DecodeSettings = { width: 8, height: 8, color: 'rgb', resize: 'stretch' };
const imageBytes = 8 * 8 * 3;

async function setUp(t: Parameters<typeof temporaryFolder>[0], options: { each?: number } = {}) {
  const folder = temporaryFolder(t);
  const root = path.join(folder, 'images');
  await writeImages(root, options);
  const data = await openDataSet(root, { cacheFolder: path.join(folder, 'index') });
  const failures: string[] = [];
  const open = (batchSize: number, cache = 'decoded') => {
    const loader = new ImageLoader({
      root,
      images: data.images,
      settings,
      batchSize,
      cacheFolder: path.join(folder, cache),
      onFailed: ({ index, cause }) => failures.push(`${data.images[index]?.path} ${cause}`),
    });
    return loader;
  };
  return { root, data, open, failures };
}

async function collect(loader: ImageLoader, order: Uint32Array, options: PassOptions) {
  const batches: { indices: number[]; labels: number[]; pixels: Buffer }[] = [];
  for await (const batch of loader.pass(order, options)) {
    assert.equal(batch.pixels.length, batch.size * imageBytes);
    batches.push({ indices: [...batch.indices], labels: [...batch.labels], pixels: Buffer.from(batch.pixels) });
  }
  return batches;
}

const all = (data: DataSet) => Uint32Array.from(data.images.keys());

describe('ImageLoader', () => {
  it('gives every image once, in order, with its label and its own pixels', async (t) => {
    const { root, data, open } = await setUp(t);
    const loader = open(7);
    const order = epochOrder(all(data), 3, 0);
    const batches = await collect(loader, order, { failed: 'replace' });
    await loader.close();
    assert.deepEqual(
      batches.map((batch) => batch.indices.length),
      [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2],
    );
    assert.deepEqual(
      batches.flatMap((batch) => batch.indices),
      [...order],
    );
    for (const { indices, labels, pixels } of batches) {
      for (const [i, index] of indices.entries()) {
        const record = data.images[index]!;
        assert.equal(labels[i], record.label);
        const expected = await decodeRecord(root, record, settings);
        assert.deepEqual([...pixels.subarray(i * imageBytes, (i + 1) * imageBytes)], [...expected]);
      }
    }
  });

  it('gives the same from the files, from the cache, and from any batch on', async (t) => {
    const { data, open } = await setUp(t);
    const order = epochOrder(all(data), 3, 1);
    const first = open(8);
    const fresh = await collect(first, order, { failed: 'replace' });
    const again = await collect(first, order, { failed: 'replace' });
    await first.close();
    const second = open(8);
    const cached = await collect(second, order, { from: 4, to: 9, failed: 'replace' });
    await second.close();
    assert.deepEqual(again, fresh);
    assert.deepEqual(cached, fresh.slice(4));
  });

  it('goes on with another pass after one was left early', async (t) => {
    const { data, open } = await setUp(t);
    const loader = open(5);
    const order = all(data);
    for (let i = 0; i < 5; i++) {
      for await (const batch of loader.pass(order, { failed: 'drop' })) if (batch.indices[0]! >= i * 5) break;
    }
    const batches = await collect(loader, order, { failed: 'drop' });
    await loader.close();
    assert.deepEqual(
      batches.flatMap((batch) => batch.indices),
      [...order],
    );
  });

  it('replaces images that fail so that batches stay full, and reports each once', async (t) => {
    const { root, data, open, failures } = await setUp(t);
    const bad = [3, 4, 40];
    for (const index of bad) fs.writeFileSync(path.join(root, data.images[index]!.path), 'no longer an image');
    const loader = open(8);
    const order = epochOrder(all(data), 1, 0);
    const first = await collect(loader, order, { failed: 'replace' });
    const second = await collect(loader, order, { failed: 'replace' });
    const dropped = await collect(loader, order, { failed: 'drop' });
    await loader.close();
    assert.ok(first.every((batch) => batch.indices.length === 8));
    assert.ok(!first.flatMap((batch) => batch.indices).some((index) => bad.includes(index)));
    assert.deepEqual(second, first);
    assert.deepEqual(
      dropped.flatMap((batch) => batch.indices),
      [...order].filter((index) => !bad.includes(index)),
    );
    assert.deepEqual(failures.sort(), bad.map((index) => `${data.images[index]?.path} not-an-image`).sort());
    const fromMiddle = open(8, 'other-cache');
    assert.deepEqual(await collect(fromMiddle, order, { from: 5, failed: 'replace' }), first.slice(5));
    await fromMiddle.close();
  });

  it('says so when not one image can be decoded', async (t) => {
    const { root, data, open } = await setUp(t, { each: 3 });
    for (const image of data.images) fs.rmSync(path.join(root, image.path));
    const loader = open(4);
    await assert.rejects(collect(loader, all(data), { failed: 'replace' }), { code: 'no-decodable-images' });
    assert.deepEqual(
      await collect(loader, all(data), { failed: 'drop' }).catch((error) => error.code),
      'no-decodable-images',
    );
    await loader.close();
  });

  it('says so, and closes, when its worker does not start or ends by itself', { timeout: 20_000 }, async (t) => {
    const { root, data } = await setUp(t);
    const folder = temporaryFolder(t);
    const ending = path.join(folder, 'ending.mjs');
    fs.writeFileSync(ending, 'process.exit(3);');
    for (const [file, cause] of [
      [path.join(folder, 'missing.mjs'), /missing\.mjs/],
      [ending, /code 3/],
    ] as const) {
      const worker = pathToFileURL(file);
      const loader = new ImageLoader({ root, images: data.images, settings, batchSize: 4, worker });
      await assert.rejects(collect(loader, all(data), { failed: 'replace' }), cause);
      await loader.close();
    }
  });
});
