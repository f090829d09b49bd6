import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { keepDataReport, readDataReport, reportFolders, summaryOf } from '../../../src/jobs/data-reports.ts';
import type { DataReport } from '../../../src/protocol/baseline.ts';
import { temporaryFolder } from './temporary.ts';

const share = { value: 0.8, low: 0.7, high: 0.9 };
const report: Omit<DataReport, 'version' | 'id' | 'createdAt'> = {
  kind: 'baseline',
  source: '/data/roses',
  root: '/data/roses',
  images: 24,
  classes: ['a', 'b'],
  skipped: [],
  engine: 'WebAssembly',
  seconds: 3,
  network: { name: 'net (net.pth)', weights: 'net', width: 96, height: 96 },
  baseline: {
    images: 24,
    folds: 5,
    neighbours: { k: 20, accuracy: share },
    probe: { strength: 0.1, accuracy: share },
    perClass: [{ label: 'a', images: 12, recall: share }],
    hard: ['a'],
    confused: [{ label: 'a', predicted: 'b', images: 3, examples: [{ path: 'a/1.png', hash: 'h' }] }],
  },
  algorithms: null,
  plan: null,
};

describe('reports on data sets', () => {
  it('come back as they were kept, the oldest first, and ask git to leave them alone', (t) => {
    const parent = path.join(temporaryFolder(t), '.loupe', 'baselines');
    assert.deepEqual(reportFolders(parent), []);
    const folders = [keepDataReport(parent, report), keepDataReport(parent, { ...report, images: 25 })];
    assert.deepEqual(reportFolders(parent), folders.toSorted());
    const { id, createdAt, version, ...rest } = readDataReport(folders[0] as string);
    assert.deepEqual([rest, version, id], [report, 1, path.basename(folders[0] as string)]);
    assert.ok(Date.now() - Date.parse(createdAt) < 60_000);
    assert.equal(fs.readFileSync(path.join(parent, '.gitignore'), 'utf8'), '*\n');
  });

  it('are summed up in a line', () => {
    const whole: DataReport = { ...report, version: 1, id: 'x', createdAt: '2026-05-12T10:00:00.000Z' };
    assert.deepEqual(summaryOf(whole), {
      id: 'x',
      kind: 'baseline',
      createdAt: Date.UTC(2026, 4, 12, 10),
      images: 24,
      network: 'net (net.pth)',
      side: 96,
      probe: share,
      neighbours: share,
      best: null,
    });
    const empty = summaryOf({ ...whole, kind: 'start', network: null, baseline: null });
    assert.deepEqual([empty.network, empty.side, empty.probe], [null, null, null]);
  });

  for (const [what, text] of [
    ['cut off', '{"version": 1, "sou'],
    ['of another version', JSON.stringify({ ...report, version: 2, createdAt: '' })],
    ['something else', '[]'],
    ['without its figures', JSON.stringify({ ...report, version: 1, createdAt: '', baseline: { images: 3 } })],
  ] as const) {
    it(`one that is ${what} is refused with what to do`, (t) => {
      const folder = temporaryFolder(t);
      fs.writeFileSync(path.join(folder, 'report.json'), text);
      assert.throws(() => readDataReport(folder), { code: 'bad-report', advice: /measure again/ });
    });
  }
});
