import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { lowerings } from '../../../src/engines/tensorflow/lower/layers.ts';
import { trainedKinds } from '../../../src/models/layers-model/body.ts';
import { metadataNormalization, readMetadata } from '../../../src/models/layers-model/metadata.ts';
import { assertWiring } from '../../../src/models/layers-model/wiring.ts';

describe('layers of a layers model', () => {
  it('are trained where TensorFlow’s engine has them', () => {
    const known = Object.keys(lowerings).filter((name) => name !== 'InputLayer');
    assert.deepEqual([...trainedKinds].sort(), known.sort());
  });
});

describe('calls of a layers model', () => {
  const layer = (name: string, inboundNodes: unknown, className = 'Dense') => ({
    name,
    className,
    config: { name },
    inboundNodes,
  });
  const image = layer('image', [], 'InputLayer');
  const from = (name: string, call: unknown = 0) => [[name, call, 0, {}]];
  const inner = { ...layer('inner', [from('image')], 'Functional'), config: { name: 'inner', layers: [image] } };
  const sound: [what: string, layers: unknown[]][] = [
    ['a chain', [image, layer('a', [from('image')]), layer('b', [from('a')])]],
    ['a chain in no order', [layer('b', [from('a')]), layer('a', [from('image')]), image]],
    ['a layer called twice', [image, layer('a', [from('image'), from('a')]), layer('b', [from('a', 1)])]],
    ['a model called again', [image, inner, layer('b', [from('inner', 1)])]],
  ];
  for (const [what, layers] of sound) it(what, () => assertWiring('Model', { layers }));
  const faulty: [what: string, layers: unknown[], message: RegExp][] = [
    ['a layer that is not there', [image, layer('a', [from('imagf')])], /^layer a takes what imagf never gives$/],
    ['a circle', [image, layer('a', [from('b')]), layer('b', [from('a')])], /^layer a takes what b never gives$/],
    ['a call that is not made', [image, layer('a', [from('image', 1)])], /^layer a takes what image never gives$/],
    ['a call of a model', [image, inner, layer('b', [from('inner', 2)])], /^layer b takes what inner never gives$/],
    ['no number of a call', [image, layer('a', [from('image', 'x')])], /^it is not readable what layer a takes$/],
    ['no call', [image, layer('a', ['image'])], /^it is not readable what layer a takes$/],
    ['no calls', [image, layer('a', undefined)], /^nothing says what layer a takes$/],
    ['two of a name', [image, image], /^two layers are called image$/],
    ['two names', [{ ...image, name: 'imagf' }], /^layer imagf is called image in its own settings$/],
    ['no name', [{ ...image, name: 7 }], /^a layer of it has no name$/],
    [
      'an empty model',
      [layer('a', [], 'Sequential')].map((one) => ({ ...one, config: { layers: [] } })),
      /^a has no layers$/,
    ],
  ];
  for (const [what, layers, message] of faulty) {
    it(`${what} is refused`, () => {
      assert.throws(() => assertWiring('Functional', { layers }), { name: 'WeightFileError', message });
      const within = { layers: [{ className: 'Model', config: { name: 'm', layers } }] };
      assert.throws(() => assertWiring('Sequential', within), { message });
    });
  }
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
