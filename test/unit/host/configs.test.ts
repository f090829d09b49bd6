import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { bar, readPredictions } from '../../../src/host/classify/prediction.ts';
import { configName, fileStem, freeConfigFile } from '../../../src/host/configs/config-names.ts';
import { configFor, freeName } from '../../../src/host/train/start-run.ts';
import { defaultConfig } from '../../../src/training/config.ts';

test('file names that every file system takes', () => {
  const table: [string, string][] = [
    ['flowers 2', 'flowers-2'],
    ['a/b\\c:d*e?"f<g>h|i', 'a-b-c-d-e-f-g-h-i'],
    ['..', 'run'],
    ['', 'run'],
    ['Blüten', 'Blüten'],
    ['x'.repeat(200), 'x'.repeat(60)],
  ];
  for (const [name, stem] of table) assert.equal(fileStem(name), stem);
});

test('a new config never replaces one that is there', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-configs-'));
  try {
    const first = freeConfigFile(folder, 'flowers');
    assert.equal(path.basename(first), 'flowers.loupe.json');
    fs.writeFileSync(first, '');
    const second = freeConfigFile(folder, 'flowers');
    assert.equal(path.basename(second), 'flowers-2.loupe.json');
    assert.equal(configName(second), 'flowers-2');
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('a run is named after its data set, with a number where the name is taken', () => {
  assert.equal(freeName('flowers', new Set()), 'flowers');
  assert.equal(freeName('flowers', new Set(['flowers', 'flowers 2'])), 'flowers 3');
});

test('the config of a new run: defaults, changes over them, a source relative to its base', () => {
  const config = configFor({
    source: '/w/data/flowers',
    base: '/w',
    changes: { training: { epochs: 3 } },
    engine: { name: 'wasm', threads: 2, adapter: '', precision: 'float32' },
    taken: new Set(['flowers']),
  });
  assert.equal(config.name, 'flowers 2');
  assert.equal(config.data.source, 'data/flowers');
  assert.deepEqual(config.engine, { name: 'wasm', threads: 2, adapter: '', precision: 'float32' });
  assert.deepEqual(config.training, { ...defaultConfig.training, epochs: 3 });
});

test('bars are as long as their share', () => {
  const table: [number, string][] = [
    [0, '▏'],
    [0.05, '▌'],
    [0.55, '█████▌'],
    [1, '██████████'],
    [7, '██████████'],
    [-1, '▏'],
  ];
  for (const [share, text] of table) assert.equal(bar(share, 10), text);
});

test('predictions are read, skipped images with their reason', () => {
  const top = [{ label: 'cat', probability: 0.9 }];
  const answer = {
    images: [
      { path: 'a', top },
      { path: 'b', skipped: 'corrupt', message: 'Broken.' },
    ],
    labels: ['cat'],
  };
  assert.deepEqual(readPredictions(answer), [
    { path: 'a', top, skipped: null },
    { path: 'b', top: [], skipped: 'Broken.' },
  ]);
  assert.deepEqual(readPredictions(null), []);
});
