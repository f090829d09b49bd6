import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openDecodedCache } from '../../../src/images/decoded-cache.ts';
import type { DecodeSettings } from '../../../src/images/preprocess.ts';
import type { RecordCache } from '../../../src/images/record-cache.ts';

const settings: DecodeSettings = { width: 4, height: 2, color: 'rgb', resize: 'crop' };
const SIZE = 24;
let folder = '';
const open: RecordCache[] = [];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-decoded-'));
});
afterEach(() => {
  for (const cache of open.splice(0)) cache.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function cacheOf(options: { settings?: DecodeSettings; limitBytes?: number } = {}): RecordCache {
  const { settings: own = settings, ...rest } = options;
  const cache = openDecodedCache(own, { folder, ...rest });
  open.push(cache);
  return cache;
}

function hashOf(i: number): string {
  return createHash('sha256').update(String(i)).digest('hex').slice(0, 32);
}

function pixelsOf(i: number): Uint8Array {
  return new Uint8Array(SIZE).map((_, k) => (i * 7 + k) % 256);
}

function files(ending: string): string[] {
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
}

test('what was added comes back at the offset asked for, also after a re-open', () => {
  const first = cacheOf();
  for (let i = 0; i < 10; i++) first.add(hashOf(i), pixelsOf(i));
  const into = new Uint8Array(SIZE + 6);
  assert.equal(first.read(hashOf(3), into, 5), true);
  assert.deepEqual(into.subarray(5, 5 + SIZE), pixelsOf(3));
  first.close();
  const second = cacheOf();
  assert.equal(second.read(hashOf(9), into, 0), true);
  assert.deepEqual(into.subarray(0, SIZE), pixelsOf(9));
  assert.equal(second.has(hashOf(10)), false);
  assert.equal(second.read(hashOf(10), into, 0), false);
});

test('other settings are another cache', () => {
  const one = cacheOf();
  one.add(hashOf(1), pixelsOf(1));
  for (const other of [
    { ...settings, resize: 'pad' },
    { ...settings, color: 'grey' },
    { ...settings, width: 2, height: 4 },
  ] as DecodeSettings[]) {
    assert.equal(cacheOf({ settings: other }).has(hashOf(1)), false);
  }
});

test('pixels of another size are refused', () => {
  assert.throws(() => cacheOf().add(hashOf(1), new Uint8Array(SIZE - 1)), RangeError);
});

test('an open cache finds what another one adds later', async () => {
  const reader = cacheOf();
  assert.equal(reader.has(hashOf(1)), false);
  const writer = cacheOf();
  writer.add(hashOf(1), pixelsOf(1));
  const into = new Uint8Array(SIZE);
  for (let tries = 0; !reader.has(hashOf(1)) && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(reader.read(hashOf(1), into, 0), true);
  assert.deepEqual(into, pixelsOf(1));
});

test('a torn line of the index is ignored, the lines before it count', () => {
  const cache = cacheOf();
  cache.add(hashOf(1), pixelsOf(1));
  cache.add(hashOf(2), pixelsOf(2));
  cache.close();
  const [index] = files('.index') as [string];
  fs.truncateSync(index, fs.statSync(index).size - 7);
  const after = cacheOf();
  assert.equal(after.has(hashOf(1)), true);
  assert.equal(after.has(hashOf(2)), false);
});

for (const [name, damage] of [
  [
    'a flipped byte',
    (file: string) =>
      fs.writeFileSync(
        file,
        fs.readFileSync(file).map((byte, i) => (i === 3 ? byte ^ 1 : byte)),
      ),
  ],
  ['missing pixels', (file: string) => fs.truncateSync(file, 10)],
  ['a missing file', (file: string) => fs.rmSync(file)],
] as [string, (file: string) => void][]) {
  test(`${name} makes a record missing, and it can be added again`, () => {
    const cache = cacheOf();
    cache.add(hashOf(1), pixelsOf(1));
    cache.close();
    damage((files('.pixels') as [string])[0]);
    const after = cacheOf();
    const into = new Uint8Array(SIZE);
    assert.equal(after.read(hashOf(1), into, 0), false);
    assert.equal(after.has(hashOf(1)), false);
    after.add(hashOf(1), pixelsOf(1));
    assert.equal(after.read(hashOf(1), into, 0), true);
    assert.deepEqual(into, pixelsOf(1));
  });
}

test('deleting the folder under an open cache loses records, nothing else', () => {
  const cache = cacheOf();
  cache.add(hashOf(1), pixelsOf(1));
  fs.rmSync(folder, { recursive: true });
  cache.add(hashOf(2), pixelsOf(2));
  cache.close();
  const after = cacheOf();
  assert.equal(after.has(hashOf(2)), false);
  after.add(hashOf(2), pixelsOf(2));
  assert.equal(after.problem, null);
  assert.equal(after.has(hashOf(2)), true);
});

test('at the limit the oldest unused settings go first; with nothing left to remove, adding stops', () => {
  const old = cacheOf({ settings: { ...settings, resize: 'pad' } });
  const inUse = cacheOf({ settings: { ...settings, resize: 'stretch' } });
  for (let i = 0; i < 400; i++) {
    old.add(hashOf(i), pixelsOf(i));
    inUse.add(hashOf(i), pixelsOf(i));
  }
  old.close();
  const limitBytes = files('.pixels').reduce((sum, file) => sum + fs.statSync(file).blocks * 512, 0);
  const cache = cacheOf({ limitBytes });
  cache.add(hashOf(1), pixelsOf(1));
  assert.equal(cache.has(hashOf(1)), true);
  assert.equal(cacheOf({ settings: { ...settings, resize: 'pad' } }).has(hashOf(1)), false);
  assert.equal(cacheOf({ settings: { ...settings, resize: 'stretch' } }).has(hashOf(1)), true);

  for (let i = 0; i < 4000 && !cache.problem; i++) cache.add(hashOf(i), pixelsOf(i));
  assert.match(String(cache.problem), /limit/);
  const into = new Uint8Array(SIZE);
  assert.equal(cache.read(hashOf(1), into, 0), true);
  assert.ok(files('.pixels').reduce((sum, file) => sum + fs.statSync(file).size, 0) <= limitBytes);
});

test('a folder that can not be made turns the cache off', () => {
  fs.writeFileSync(path.join(folder, 'file'), '');
  const cache = openDecodedCache(settings, { folder: path.join(folder, 'file') });
  open.push(cache);
  assert.match(String(cache.problem), /no longer kept/);
  cache.add(hashOf(1), pixelsOf(1));
  assert.equal(cache.has(hashOf(1)), false);
});
