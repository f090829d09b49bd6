import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { payoffsFolder, readPayoffReport } from '../../../src/jobs/payoff-reports.ts';

const report = {
  ...{ version: 1, id: 'x', folder: '/elsewhere', name: 'cnn', source: '/data', createdAt: '2026-11-25T19:00:00.000Z' },
  ...{ seeds: [1], runs: [], edits: { relabelled: 1, labelled: 0, excluded: 0 }, notes: [] },
  ...{ heldOut: null, verified: null },
};

test('a payoff is read from the folder where it lies, and one that is none is refused', (t) => {
  const workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-payoffs-'));
  t.after(() => fs.rmSync(workspace, { recursive: true }));
  const write = (id: string, text: string) => {
    const folder = path.join(payoffsFolder(workspace), id);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'report.json'), text);
    return folder;
  };
  const folder = write('moved', JSON.stringify(report));
  assert.deepEqual(readPayoffReport(folder), { ...report, folder, id: 'moved' });
  const { source, ...older } = report;
  for (const [name, text] of Object.entries({ torn: '{"version": 1', list: '[]', older: JSON.stringify(older) })) {
    assert.throws(() => readPayoffReport(write(name, text)), { code: 'bad-report', advice: /measure again/ }, name);
  }
  assert.throws(() => readPayoffReport(path.join(workspace, 'gone')), /gone/);
  assert.equal(source, '/data');
});
