import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openFileSource } from '../../../src/interop/byte-source.ts';
import { Hdf5File } from '../../../src/interop/hdf5-reader/hdf5-file.ts';
import { toFloat32 } from '../../../src/models/weights/dtypes.ts';
import { pythonPeer } from '../../python-peers.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';

interface Expected {
  arrays: Record<string, { type: string; shape: number[]; values: number[] }>;
  attributes: Record<string, (string | number)[]>;
}

describe('HDF5 of every generation, as h5py writes it', { skip, timeout: 60_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-hdf5-'));
  let expected: Expected;
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  before(() => {
    const script = fileURLToPath(new URL('../../python/hdf5_files.py', import.meta.url));
    execFileSync(pythonPeer(), [script, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    expected = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8'));
  });

  for (const version of ['earliest', 'v108', 'v110', 'latest']) {
    it(`${version}: arrays in chunks and packed, large groups, attributes; links out of the file are not followed`, () => {
      const source = openFileSource(path.join(folder, `${version}.h5`));
      const file = new Hdf5File(source);
      const found: Expected['arrays'] = {};
      const visit = (address: number, prefix: string) => {
        const object = file.open(address);
        if (object.kind === 'group') for (const [name, child] of object.links) visit(child, `${prefix}/${name}`);
        else {
          const count = object.shape.reduce((product, length) => product * length, 1);
          const values = [...toFloat32(object.read(), object.type, count)];
          found[prefix.slice(1)] = { type: object.type, shape: [...object.shape], values };
        }
      };
      visit(file.root, '');
      assert.deepEqual(
        found,
        Object.fromEntries(
          Object.entries(expected.arrays)
            .sort()
            .map(([k, v]) => [k, v]),
        ),
      );
      assert.deepEqual(Object.fromEntries(file.attributes(file.root)), expected.attributes);
      source.close();
    });
  }
});
