import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { averaged, hasClassToken } from '../../../src/models/frozen/extractor.ts';
import { classesIn } from '../../../src/models/frozen/onnx-network.ts';
import { readPreprocessorFile } from '../../../src/models/frozen/preprocessor-file.ts';

describe('preprocessor_config.json', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-preprocessor-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const read = (text: string, channels = 3) => {
    fs.writeFileSync(path.join(folder, 'preprocessor_config.json'), text);
    return readPreprocessorFile(path.join(folder, 'onnx', 'model.onnx'), channels);
  };
  const half = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const stats = '"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]';
  const table: [name: string, text: string, normalization: object | null, side: number | null][] = [
    ['a crop', `{${stats}, "crop_size": {"height": 224, "width": 224}, "size": {"shortest_edge": 256}}`, half, 224],
    ['no crop', `{${stats}, "do_center_crop": false, "crop_size": 224, "size": 256}`, half, 256],
    ['a size', `{${stats}, "size": {"height": 98, "width": 98}}`, half, 98],
    ['an oblong', `{${stats}, "size": {"height": 98, "width": 99}}`, half, null],
    [
      'another scale',
      '{"rescale_factor": 0.00784313725490196, "image_mean": [1, 1, 1], "image_std": [1, 1, 1]}',
      { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      null,
    ],
    [
      'pixels as they are',
      '{"do_rescale": false, "do_normalize": false}',
      { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255].map((value) => Number(value.toPrecision(9))) },
      null,
    ],
    ['nothing about statistics', '{"size": 64}', null, 64],
    ['a deviation of zero', '{"image_mean": [0, 0, 0], "image_std": [1, 0, 1]}', null, null],
    ['nonsense', '{"image_mean": "a", "size": -4, "rescale_factor": "x"}', null, null],
  ];
  for (const [name, text, normalization, side] of table) {
    it(name, () => assert.deepEqual(read(text), { by: 'preprocessor_config.json', normalization, side }));
  }
  it('that is damaged is as none', () => assert.equal(read('{"image_mean"'), null));
  it('of other channels says nothing about these', () => assert.equal(read(`{${stats}}`, 1)?.normalization, null));
});

describe('the class token', () => {
  it('is there where the other tokens are a square of patches', () => {
    for (const places of [5, 50, 197, 198, 257, 261, 577]) assert.ok(hasClassToken(places), String(places));
    for (const places of [1, 4, 49, 196, 256, 77, 100]) assert.ok(!hasClassToken(places), String(places));
  });
  it('is what describes the image; a sequence without is averaged', () => {
    const sequence = (places: number) => Float32Array.from({ length: 2 * places * 2 }, (_, i) => i);
    assert.deepEqual([...averaged({ shape: [2, 5, 2], values: sequence(5) }, 2, 'nchw')], [0, 1, 10, 11]);
    assert.deepEqual([...averaged({ shape: [2, 4, 2], values: sequence(4) }, 2, 'nchw')], [3, 4, 11, 12]);
  });
});

describe('class names as Python prints them', () => {
  const table: [string, string[] | null][] = [
    ["{0: 'cat', 1: 'dog'}", ['cat', 'dog']],
    [`{0: "dog's", 1: 'a \\'b\\''}`, ["dog's", "a 'b'"]],
    ["{1: 'dog'}", null],
    ['', null],
    ["['cat']", null],
  ];
  for (const [text, names] of table) it(text || 'nothing', () => assert.deepEqual(classesIn(text), names));
});
