import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { lowerings } from '../../../src/engines/tensorflow/lower/layers.ts';
import { trainedKinds } from '../../../src/models/layers-model/body.ts';
import { metadataNormalization, readMetadata } from '../../../src/models/layers-model/metadata.ts';

describe('layers of a layers model', () => {
  it('are trained where TensorFlow’s engine has them', () => {
    const known = Object.keys(lowerings).filter((name) => name !== 'InputLayer');
    assert.deepEqual([...trainedKinds].sort(), known.sort());
  });
});

describe('what stands beside a layers model', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-metadata-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const read = (text: string) => {
    fs.writeFileSync(path.join(folder, 'metadata.json'), text);
    return readMetadata(path.join(folder, 'model.json'));
  };
  const table: [name: string, text: string, expected: ReturnType<typeof read>][] = [
    [
      'Teachable Machine',
      '{"packageName": "@teachablemachine/image", "labels": ["a", "b"], "imageSize": 224}',
      { labels: ['a', 'b'], side: 224, normalize: 'teachable-machine' },
    ],
    ['names alone', '{"labels": ["a", 2]}', { labels: ['a', '2'], side: null, normalize: null }],
    ['a scaling', '{"normalize": "imagenet"}', { labels: null, side: null, normalize: 'imagenet' }],
    ['nonsense', '{"labels": "a", "imageSize": -1, "normalize": 3}', { labels: null, side: null, normalize: null }],
  ];
  for (const [name, text, expected] of table) it(name, () => assert.deepEqual(read(text), expected));
  for (const text of ['{"labels"', '[1]', '{"labels": ["a", "a"]}']) {
    it(`${text} is refused`, () => assert.throws(() => read(text), /metadata.json beside it/));
  }
  it('none', () => {
    fs.rmSync(path.join(folder, 'metadata.json'));
    assert.equal(readMetadata(path.join(folder, 'model.json')), null);
  });
  it('Teachable Machine divides by 127 and takes 1 away', () => {
    const { mean, std } = metadataNormalization('teachable-machine', 1);
    const seen = (pixel: number) => (pixel / 255 - (mean[0] ?? 0)) / (std[0] ?? 0);
    for (const pixel of [0, 127, 255]) assert.ok(Math.abs(seen(pixel) - (pixel / 127 - 1)) < 1e-12);
  });
});
