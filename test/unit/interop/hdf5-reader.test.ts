import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memorySource } from '../../../src/interop/byte-source.ts';
import { FormatError } from '../../../src/interop/format-error.ts';
import { encodeHdf5, type HdfDataset, type HdfGroup } from '../../../src/interop/hdf5.ts';
import { Hdf5File } from '../../../src/interop/hdf5-reader/hdf5-file.ts';
import { seededRandom } from '../../../src/random.ts';

const array = (shape: number[]): HdfDataset => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 0.5),
});

/** Enough entries for a tree of several levels. */
const many: HdfGroup = new Map(Array.from({ length: 700 }, (_, i) => [`layer ${i}`, array([2, i % 5])]));
const file = encodeHdf5(
  new Map<string, HdfGroup | HdfDataset>([
    ['many', many],
    ['scalar', array([])],
    ['ä', new Map([['inner', array([3])]])],
  ]),
);

function walk(bytes: Uint8Array): Map<string, { shape: readonly number[]; values: number[] }> {
  const hdf = new Hdf5File(memorySource(bytes));
  const found = new Map<string, { shape: readonly number[]; values: number[] }>();
  const visit = (address: number, path: string, depth: number) => {
    assert.ok(depth < 50);
    const object = hdf.open(address);
    if (object.kind === 'group') for (const [name, child] of object.links) visit(child, `${path}/${name}`, depth + 1);
    else {
      const bytes = object.read();
      found.set(path, {
        shape: object.shape,
        values: Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i)),
      });
    }
  };
  visit(hdf.root, '', 0);
  return found;
}

describe('HDF5 that was written here', () => {
  it('is read back', () => {
    const found = walk(file);
    assert.equal(found.size, 702);
    assert.deepEqual(found.get('/scalar'), { shape: [], values: [0.5] });
    assert.deepEqual(found.get('/ä/inner'), { shape: [3], values: [0.5, 1.5, 2.5] });
    assert.deepEqual(found.get('/many/layer 699'), { shape: [2, 4], values: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5] });
  });

  it('is read behind a block of the user’s own', () => {
    assert.equal(walk(Buffer.concat([Buffer.alloc(1024), file])).size, 702);
  });

  it('is refused in words when it is cut off', () => {
    for (const length of [0, 7, 60, 100, 5000, file.length - 8]) {
      assert.throws(() => walk(file.subarray(0, length)), FormatError);
    }
  });

  it('is read or refused, whatever bytes are changed', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 60; i++) {
      const changed = Buffer.from(file);
      for (let k = 0; k < 6; k++) changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
      try {
        walk(changed);
      } catch (error) {
        assert.ok(error instanceof FormatError || error instanceof assert.AssertionError, String(error));
      }
    }
  });
});
