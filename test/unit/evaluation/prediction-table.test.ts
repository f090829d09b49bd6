import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ImagePrediction } from '../../../src/evaluation/predict-session.ts';
import { tableFormat, tableHead, tableRows } from '../../../src/evaluation/prediction-table.ts';
import { FolderWatch } from '../../../src/jobs/folder-watch.ts';

const images: ImagePrediction[] = [
  { path: 'a, b.png', top: [{ label: 'say "cat"', probability: 0.123456789 }] },
  { path: 'c.png', skipped: 'corrupt', message: 'cut off' },
];

describe('prediction tables', () => {
  it('are CSV that a spreadsheet reads', () => {
    assert.equal(
      tableHead('csv', 2) + tableRows('csv', 2, images),
      `path,label_1,probability_1,label_2,probability_2,skipped,message
"a, b.png","say ""cat""",0.123457,,,,
c.png,,,,,corrupt,cut off
`,
    );
  });

  it('are JSON lines', () => {
    const lines = tableRows('jsonl', 2, images)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    assert.deepEqual(lines, [{ path: 'a, b.png', top: [{ label: 'say "cat"', probability: 0.123457 }] }, images[1]]);
    assert.equal(tableHead('jsonl', 2), '');
  });

  it('are told apart by their ending', () => {
    assert.deepEqual(['x.CSV', 'x.jsonl', 'x.txt'].map(tableFormat), ['csv', 'jsonl', null]);
  });
});

describe('FolderWatch', () => {
  it('tells files once they stay as they are, changed ones again, hidden ones never', (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-watch-'));
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
    write('old.png', 'x');
    const told: string[] = [];
    const watch = new FolderWatch(folder, (files) => told.push(...files.map((file) => path.basename(file))), {
      pollMs: 1e6,
      extensions: ['.png'],
    });
    t.after(() => watch.close());
    fs.mkdirSync(path.join(folder, 'sub'));
    write('sub/new.png', 'half');
    write('.hidden.png', 'x');
    write('notes.txt', 'x');
    write('empty.png', '');
    watch.look();
    assert.deepEqual(told, [], 'seen for the first time: it may still grow');
    write('sub/new.png', 'half and half');
    watch.look();
    assert.deepEqual(told, []);
    watch.look();
    assert.deepEqual(told, ['new.png']);
    watch.look();
    assert.deepEqual(told, ['new.png']);
    write('old.png', 'longer now');
    watch.look();
    watch.look();
    assert.deepEqual(told, ['new.png', 'old.png']);
  });

  it('tells what is there already where that is wanted', (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-watch-'));
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    fs.writeFileSync(path.join(folder, 'a.png'), 'x');
    const told: string[] = [];
    const watch = new FolderWatch(folder, (files) => told.push(...files), { pollMs: 1e6, existing: true });
    t.after(() => watch.close());
    watch.look();
    assert.equal(told.length, 1);
  });
});
