import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { readTensorFile } from '../../../src/models/safetensors.ts';
import {
  areFinite,
  assertSameShapes,
  readBestPoint,
  readResumePoint,
  writeBestPoint,
  writeResumePoint,
} from '../../../src/training/checkpoint.ts';
import { CheckpointPace } from '../../../src/training/checkpoint-pace.ts';
import { atStart } from '../../../src/training/progress.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-checkpoint-'));
  file = path.join(folder, 'state', 'last.safetensors');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const weights = [
  { name: 'conv/kernel', shape: [1, 1, 2, 2], data: Float32Array.of(1.5, -0, Number.MIN_VALUE, 1e-45) },
  { name: 'bn/gamma', shape: [2], data: Float32Array.of(1, 2) },
];
const point = {
  progress: { ...atStart, step: 7, epoch: 1, stepInEpoch: 2, sums: { loss: 0.1 + 0.2, correct: 3, images: 9 } },
  state: { weights, optimizer: [{ name: 'iterations', shape: [], data: Float32Array.of(7) }], averaged: [] },
};

describe('checkpoint', () => {
  it('gives back what was written, bit by bit', () => {
    writeResumePoint(file, point);
    assert.deepEqual(readResumePoint(file), point);
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['last.safetensors']);
  });

  it('replaces the one before', () => {
    writeResumePoint(file, point);
    writeResumePoint(file, { ...point, progress: { ...point.progress, step: 8 } });
    assert.equal(readResumePoint(file)?.progress.step, 8);
  });

  it('keeps the best weights with their result', () => {
    const result = { epoch: 2, step: 9, loss: 1, accuracy: 0.5, validationLoss: 0.7, validationAccuracy: null };
    writeBestPoint(file, { result, weights });
    assert.deepEqual(readBestPoint(file), { result, weights });
  });

  it('is a safetensors file that others can read', () => {
    writeResumePoint(file, point);
    const bytes = fs.readFileSync(file);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    assert.deepEqual(header['weight/bn/gamma'], { dtype: 'F32', shape: [2], data_offsets: [16, 24] });
    assert.equal(bytes.readFloatLE(8 + length + 20), 2);
    assert.equal(length % 8, 0);
  });

  it('is null where there is none', () => assert.equal(readResumePoint(file), null));

  for (const [name, damage] of [
    ['empty', () => Buffer.alloc(0)],
    ['cut in its length', (bytes: Buffer) => bytes.subarray(0, 5)],
    ['cut in its header', (bytes: Buffer) => bytes.subarray(0, 60)],
    ['cut in its data', (bytes: Buffer) => bytes.subarray(0, -3)],
    ['something else', () => Buffer.from('x'.repeat(500))],
    ['zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
  ] as [string, (bytes: Buffer) => Buffer][]) {
    it(`says so when the file is ${name}`, () => {
      writeResumePoint(file, point);
      fs.writeFileSync(file, damage(fs.readFileSync(file)));
      assert.throws(() => readResumePoint(file), { code: 'bad-checkpoint' });
    });
  }

  it('says so when it is of another network', () => {
    assert.throws(() => assertSameShapes(file, weights, [[1, 1, 2, 3], [2]]), { code: 'bad-checkpoint' });
    assert.throws(() => assertSameShapes(file, weights, [[1, 1, 2, 2]]), { code: 'bad-checkpoint' });
    assertSameShapes(file, weights, [[1, 1, 2, 2], [2]]);
  });

  it('does not make a removed run anew', () => {
    fs.rmSync(folder, { recursive: true });
    assert.throws(() => writeResumePoint(file, point), { code: 'folder-missing' });
    assert.ok(!fs.existsSync(folder));
  });

  it('leaves the old file and no other behind when writing fails', () => {
    writeResumePoint(file, point);
    const broken = { ...point.state, weights: [{ name: 'x', shape: [1], data: null as unknown as Float32Array }] };
    assert.throws(() => writeResumePoint(file, { ...point, state: broken }));
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['last.safetensors']);
    assert.equal(readTensorFile(file).tensors.length, 3);
  });

  it('tells finite weights from others', () => {
    assert.ok(areFinite(weights));
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.ok(!areFinite([...weights, { name: 'x', shape: [2], data: Float32Array.of(1, bad) }]));
    }
  });
});

describe('CheckpointPace', () => {
  it('waits twenty times what the last save cost', () => {
    const pace = new CheckpointPace();
    assert.ok(!pace.due);
    pace.trained(1000);
    assert.ok(pace.due);
    pace.saved(100);
    pace.trained(1999);
    assert.ok(!pace.due);
    pace.trained(1);
    assert.ok(pace.due);
  });

  it('waits a second at least', () => {
    const pace = new CheckpointPace();
    pace.saved(1);
    pace.trained(999);
    assert.ok(!pace.due);
    pace.trained(1);
    assert.ok(pace.due);
  });
});
