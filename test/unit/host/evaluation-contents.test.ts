import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { EvaluationContents } from '../../../src/host/evaluate/evaluation-images.ts';
import { evaluationFiles } from '../../../src/jobs/evaluation-job.ts';
import { jobFiles } from '../../../src/jobs/job.ts';

const images = {
  root: '/data',
  path: ['a/0.png', 'a/1.png', 'b/2.png'],
  hash: ['00', '11', '22'],
  label: [0, 0, 1],
  predicted: [1, 0, 0],
  confidence: [0.7, 0.9, 0.8],
  labelProbability: [0.3, 0.9, 0.2],
  slices: [[2, 0]],
};

/** @param files name → text; the others are missing */
function evaluation(t: TestContext, files: { report?: string; images?: string }): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-evaluation-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  if (files.report !== undefined) fs.writeFileSync(path.join(folder, jobFiles.report), files.report);
  if (files.images !== undefined) fs.writeFileSync(path.join(folder, evaluationFiles.images), files.images);
  return folder;
}

describe('an evaluation for its panel', () => {
  it('chooses images, the least probable label first', (t) => {
    const folder = evaluation(t, { report: JSON.stringify({ worst: [2, 0, 1] }), images: JSON.stringify(images) });
    const contents = EvaluationContents.read(folder);
    assert.ok(contents);
    assert.deepEqual(contents.select({ kind: 'worst' }), [2, 0]);
    assert.deepEqual(contents.select({ kind: 'cell', label: 0, predicted: 1 }), [0]);
    assert.deepEqual(contents.select({ kind: 'missed', label: 1 }), [2]);
    assert.deepEqual(contents.select({ kind: 'mistaken', predicted: 0 }), [2]);
    assert.deepEqual(contents.select({ kind: 'slice', index: 0 }), [2, 0]);
    assert.deepEqual(contents.select({ kind: 'slice', index: 9 }), []);
    assert.deepEqual(contents.file(1), { path: path.join('/data', 'a/1.png'), hash: '11' });
    assert.deepEqual(
      [contents.has(2), contents.has(3), contents.has(-1), contents.has(0.5)],
      [true, false, false, false],
    );
  });

  it('is not there before the report is', (t) => {
    assert.equal(EvaluationContents.read(evaluation(t, {})), null);
  });

  it('that is damaged says which one, and what to do', (t) => {
    for (const files of [{ report: '{}' }, { report: '{"worst"', images: '{}' }, { report: '{}', images: '' }]) {
      const folder = evaluation(t, files);
      assert.throws(
        () => EvaluationContents.read(folder),
        (error: Error & { code?: string }) => error.code === 'bad-evaluation' && error.message.includes(folder),
      );
    }
  });
});
