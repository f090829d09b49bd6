import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { NewImagesReport } from '../../../src/protocol/new-images.ts';
import { makeImages, runCli } from './run-cli.ts';

describe('loupe new', { timeout: 120_000 }, () => {
  let home: string;
  const report = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['new', ...args, '--json'], { cwd: home });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as NewImagesReport;
  };
  before(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-new-'));
    await makeImages(path.join(home, 'data'), 20);
    await makeImages(path.join(home, 'incoming'), 24);
    fs.writeFileSync(path.join(home, 'incoming', 'broken.png'), 'no image');
  });
  after(() => fs.rmSync(home, { recursive: true, force: true }));

  test('looks at a folder, suggests the right class, and changes nothing', async () => {
    const found = await report('incoming', '--into', 'data');
    assert.ok(found.images.length >= 8);
    for (const { row, suggestions } of found.images)
      assert.equal(suggestions[0]?.label, row.path.split('/')[0], row.path);
    assert.ok(
      found.images.some(({ copyOf }) => copyOf !== null),
      'copies of what is there are told',
    );
    const firstCopy = found.images.findIndex(({ copyOf }) => copyOf !== null);
    assert.ok(
      found.images.slice(firstCopy).every(({ copyOf }) => copyOf !== null),
      'and come last',
    );
    assert.equal(fs.existsSync(path.join(home, 'data', 'unlabelled')), false);
  });

  test('adds what is new: no broken file, no exact copy, nothing twice', async () => {
    const first = await report('incoming', '--into', 'data', '--add');
    assert.equal(first.added.length, 8);
    assert.ok(first.left.some(({ from, cause }) => from.endsWith('broken.png') && cause === 'not-an-image'));
    assert.equal(first.left.filter(({ cause }) => cause === 'exact-duplicate').length, 40);
    const names = fs.readdirSync(path.join(home, 'data', 'unlabelled'));
    assert.equal(names.length, 8);
    assert.equal(first.images.length, 8);
    const again = await report('incoming', '--into', 'data', '--add');
    assert.equal(again.added.length, 0);
    assert.deepEqual(fs.readdirSync(path.join(home, 'data', 'unlabelled')), names);
  });

  test('what got a label in the journal no longer waits for one', async () => {
    const { images } = await report('data/unlabelled', '--into', 'data');
    const [{ row }] = images as [NewImagesReport['images'][number]];
    const { path: name, hash } = row;
    const line = { id: 'a', at: '2026-01-01T00:00:00.000Z', data: 'data', path: name, hash, edit: 'label', to: 'red' };
    fs.mkdirSync(path.join(home, '.loupe'), { recursive: true });
    fs.writeFileSync(path.join(home, '.loupe', 'labels.jsonl'), `${JSON.stringify(line)}\n`);
    const left = await report('data/unlabelled', '--into', 'data');
    assert.equal(left.images.length, images.length - 1);
    assert.equal(left.labelled, 41);
  });

  test('bad usage is told', async () => {
    const { code, stderr } = await runCli(['new', 'incoming'], { cwd: home });
    assert.equal(code, 2);
    assert.match(stderr, /--into/);
  });
});
