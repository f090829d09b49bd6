import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { hashOfWeights } from '../../../src/embedding/weights-hash.ts';

describe('the hash of weights', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-hash-'));
  process.env.LOUPE_CACHE = path.join(folder, 'cache');
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'a.pth');
  const write = (text: string, seconds: number) => {
    fs.writeFileSync(file, text);
    fs.utimesSync(file, seconds, seconds);
  };
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');

  it('is the file’s own, and not read again while size and time stay', () => {
    write('one', 1000);
    assert.equal(hashOfWeights([file]), sha('one'));
    write('two', 1000);
    assert.equal(hashOfWeights([file]), sha('one'));
  });

  it('is read again where the time or the size differs, or what was kept is damaged', () => {
    write('two', 1001);
    assert.equal(hashOfWeights([file]), sha('two'));
    write('three', 1001);
    assert.equal(hashOfWeights([file]), sha('three'));
    const [kept] = fs.readdirSync(path.join(folder, 'cache', 'weight-hashes'));
    fs.writeFileSync(path.join(folder, 'cache', 'weight-hashes', kept ?? ''), '{"sha');
    write('other', 1001);
    assert.equal(hashOfWeights([file]), sha('other'));
  });

  it('of a file that has just changed is not kept', () => {
    write('now', Date.now() / 1000);
    hashOfWeights([file]);
    const { mtime } = fs.statSync(file);
    fs.writeFileSync(file, 'new');
    fs.utimesSync(file, mtime, mtime);
    assert.equal(hashOfWeights([file]), sha('new'));
  });

  it('of several files depends on each and their order', () => {
    const other = path.join(folder, 'b.bin');
    fs.writeFileSync(other, 'b');
    assert.notEqual(hashOfWeights([file, other]), hashOfWeights([other, file]));
  });
});
