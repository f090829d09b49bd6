import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { hashFile } from '../../src/file-hash.ts';

describe('the hash of a file', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-hash-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'a.bin');

  for (const size of [0, 3, 1 << 20, (1 << 20) + 1, 3 << 20]) {
    it(`is SHA-256 of all ${size} bytes`, () => {
      const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 13)) & 255));
      fs.writeFileSync(file, bytes);
      assert.equal(hashFile(file), createHash('sha256').update(bytes).digest('hex'));
    });
  }

  it('of a folder, or of what is not there, is the file system’s own error', () => {
    assert.throws(() => hashFile(folder), { code: 'EISDIR' });
    assert.throws(() => hashFile(path.join(folder, 'none')), { code: 'ENOENT' });
  });
});
