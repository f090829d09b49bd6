import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { duplicateRun } from '../../../src/jobs/duplicate.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import type { KeptBatchSize } from '../../../src/jobs/kept-batch-size.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { readJob } from '../../../src/jobs/read.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { assertEqualRuns, eventsOf, makeRun, runAndStopAt } from './runs.ts';

test('an open batch size is found once, with real steps; resumed and copied, the run keeps it', {
  timeout: 120_000,
}, async (t) => {
  const folder = temporaryFolder(t);
  await writeImages(path.join(folder, 'images'), { each: 100 });
  const open = makeRun(folder, { engine: 'wasm', training: { batchSize: 0 } });
  assert.equal(await runAndStopAt(open, 3), 'stopped');
  const file = path.join(open, jobFiles.batchSize);
  const { batchSize, trials, engine } = JSON.parse(fs.readFileSync(file, 'utf8')) as KeptBatchSize;
  assert.equal(engine, 'wasm');
  assert.ok(trials.length > 1 && trials.every(({ imagesPerSecond }) => imagesPerSecond > 0));
  assert.equal(await runTrainJob(open), 'done');

  const found = eventsOf(open, 'batch-size');
  assert.deepEqual(
    found.map((event) => event.batchSize),
    [batchSize],
  );
  assert.ok(eventsOf(open, 'step').every(({ images }) => images === batchSize));
  const given = makeRun(folder, { engine: 'wasm', training: { batchSize } });
  assert.equal(await runTrainJob(given), 'done');
  assertEqualRuns(open, given);

  assert.equal(readSummary(open).params['training.batchSize'], batchSize);
  assert.equal(readJob(open).config.training.batchSize, 0);
  assert.equal(readJob(duplicateRun(open)).config.training.batchSize, batchSize);
  const card = fs.readFileSync(path.join(open, jobFiles.model, 'README.md'), 'utf8');
  assert.match(card, new RegExp(`steps of ${batchSize} images`));
});
