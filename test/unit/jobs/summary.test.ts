import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { continueRun, resumeRun } from '../../../src/jobs/continue.ts';
import { createJob } from '../../../src/jobs/create.ts';
import { duplicateRun, writeConfigCopy } from '../../../src/jobs/duplicate.ts';
import { EventWriter } from '../../../src/jobs/event-writer.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { listRuns, readSummary } from '../../../src/jobs/list.ts';
import { acquireLock } from '../../../src/jobs/lock.ts';
import { editMeta } from '../../../src/jobs/meta.ts';
import { readJob } from '../../../src/jobs/read.ts';
import { recordFailure } from '../../../src/jobs/record-failure.ts';
import { makeRunId, slugOf } from '../../../src/jobs/run-id.ts';
import { requestStop } from '../../../src/jobs/stop.ts';
import { RunTracker } from '../../../src/jobs/tracker.ts';
import type { JobEventBody } from '../../../src/protocol/events.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { temporaryFolder, temporaryRun } from './temporary.ts';

function append(folder: string, ...events: JobEventBody[]): void {
  const writer = new EventWriter(folder);
  for (const event of events) writer.append(event);
  writer.close();
}

const step = (number: number, epoch: number): JobEventBody => ({
  kind: 'step',
  step: number,
  epoch,
  loss: 1 / number,
  accuracy: 0.5,
  learningRate: 0.001,
  ms: 100,
  waitMs: 0,
  images: 32,
});
const epoch = (number: number, at: number, validationAccuracy: number, best: boolean): JobEventBody => ({
  kind: 'epoch',
  epoch: number,
  step: at,
  loss: 1,
  accuracy: 0.5,
  validationLoss: 1 - validationAccuracy,
  validationAccuracy,
  seconds: 1,
  best,
});
const plan: JobEventBody = {
  kind: 'plan',
  classes: ['a', 'b'],
  train: 64,
  validation: 8,
  test: 0,
  parameters: 10,
  stepsPerEpoch: 2,
  epochs: 10,
  batchSize: 32,
};
const done: JobEventBody = {
  kind: 'done',
  reason: 'completed',
  epochs: 2,
  steps: 4,
  seconds: 1,
  bestEpoch: 1,
  metrics: { validationLoss: 0.1, validationAccuracy: 0.9, testLoss: 0.3, testAccuracy: 0.85 },
};
const status = (state: 'starting' | 'running' | 'done' | 'stopped'): JobEventBody => ({ kind: 'status', state });

function addState(folder: string): void {
  fs.mkdirSync(path.join(folder, jobFiles.state));
  fs.writeFileSync(path.join(folder, jobFiles.lastState), '');
}

test('a new run is queued, under the name of its config', (t) => {
  const summary = readSummary(temporaryRun(t, { name: 'Größe 1' }));
  assert.equal(summary.state, 'queued');
  assert.equal(summary.name, 'Größe 1');
  assert.equal(summary.epochs, 10);
  assert.equal(summary.params['training.optimizer.name'], 'adamw');
  assert.match(summary.id, /^\d{8}-\d{6}-gro-e-1-[0-9a-f]{4}$/);
});

test('a summary says where the run is, and the figures of its best epoch', (t) => {
  const folder = temporaryRun(t);
  append(folder, status('running'), plan, step(1, 1), step(2, 1), epoch(1, 2, 0.9, true), step(3, 2), step(4, 2));
  append(folder, epoch(2, 4, 0.8, false), step(5, 3));
  const summary = readSummary(folder);
  assert.equal(summary.state, 'interrupted');
  assert.equal(summary.step, 5);
  assert.equal(summary.steps, 20);
  assert.equal(summary.epoch, 3);
  assert.equal(summary.loss, 0.2);
  assert.equal(summary.bestEpoch, 1);
  assert.equal(summary.validationAccuracy, 0.9);
  assert.equal(summary.imagesPerSecond, 320);
  assert.ok(summary.endedAt);
});

test('a resume takes the best epoch back to what was known at its step', (t) => {
  const folder = temporaryRun(t);
  append(folder, plan, step(2, 1), epoch(1, 2, 0.7, true), step(4, 2), epoch(2, 4, 0.9, true));
  append(folder, { kind: 'resume', step: 2, epoch: 1 });
  const back = readSummary(folder);
  assert.deepEqual([back.step, back.epoch, back.bestEpoch, back.validationAccuracy, back.loss], [2, 1, 1, 0.7, 1]);
  append(folder, { kind: 'resume', step: 0, epoch: 0 });
  const start = readSummary(folder);
  assert.deepEqual([start.step, start.bestEpoch, start.validationAccuracy, start.loss], [0, null, null, null]);
});

test('a finished run shows the metrics of the weights that were saved', (t) => {
  const folder = temporaryRun(t);
  append(folder, plan, step(4, 2), epoch(2, 4, 0.8, true), done, status('done'));
  const summary = readSummary(folder);
  assert.equal(summary.state, 'done');
  assert.deepEqual([summary.bestEpoch, summary.validationAccuracy, summary.testAccuracy], [1, 0.9, 0.85]);
});

test('a tracker reads only what was added, and equals a fresh read of a long run', (t) => {
  const folder = temporaryRun(t);
  const tracker = new RunTracker(folder);
  const writer = new EventWriter(folder);
  writer.append(plan);
  for (let i = 1; i <= 500; i++) {
    writer.append(step(i, Math.ceil(i / 2)));
    if (i % 100 === 0) {
      writer.append(epoch(i / 2, i, i / 1000, true));
      assert.equal(tracker.refresh().summary.step, i);
    }
  }
  writer.close();
  assert.deepEqual(tracker.refresh().summary, readSummary(folder));
  assert.equal(tracker.refresh().changed, false);
  assert.equal(tracker.refreshWithEvents().events.length, 0);
  editMeta(folder, { name: 'other' });
  assert.equal(tracker.refresh().changed, true);
});

test('fields of job.json that an older Loupe did not know are filled; a newer or damaged one is refused', (t) => {
  const folder = temporaryRun(t);
  const file = path.join(folder, jobFiles.job);
  fs.writeFileSync(file, '{"schemaVersion":1,"config":{"training":{"epochs":3}}}');
  assert.equal(readJob(folder).config.training.batchSize, defaultConfig.training.batchSize);
  assert.equal(readSummary(folder).epochs, 3);
  fs.writeFileSync(file, '{"schemaVersion":99,"config":{}}');
  assert.throws(() => readJob(folder), { code: 'newer-job' });
  fs.writeFileSync(file, '{"schema');
  assert.throws(() => readJob(folder), { code: 'bad-job' });
  fs.rmSync(file);
  assert.throws(() => readJob(folder), { code: 'not-a-run' });
});

test('listed: runs, unreadable runs; not: folders that are no runs; a missing folder has none', async (t) => {
  const folder = temporaryRun(t);
  const runs = path.dirname(folder);
  fs.mkdirSync(path.join(runs, 'something-else'));
  const damaged = createJob(runs, defaultConfig, runs);
  fs.writeFileSync(path.join(damaged, jobFiles.job), 'x');
  const list = await listRuns(runs);
  assert.deepEqual(
    list.runs.map((run) => run.folder),
    [folder],
  );
  assert.deepEqual(
    list.unreadable.map((entry) => entry.folder),
    [damaged],
  );
  assert.deepEqual(await listRuns(path.join(runs, 'missing')), { runs: [], unreadable: [] });
});

test('runs created at the same moment get folders of their own', (t) => {
  const runs = path.join(temporaryFolder(t), 'runs');
  const folders = new Set(Array.from({ length: 40 }, () => createJob(runs, defaultConfig, runs)));
  assert.equal(folders.size, 40);
  assert.equal(fs.readFileSync(path.join(runs, '.gitignore'), 'utf8'), '*\n');
});

test('continue adds epochs and queues the run again; resume goes on with what is left', (t) => {
  const folder = temporaryRun(t);
  assert.throws(() => continueRun(folder, 5), { code: 'never-started' });
  append(folder, plan, done, status('done'));
  assert.throws(() => continueRun(folder, 5), { code: 'never-started' });
  addState(folder);
  for (const epochs of [0, -1, 1.5, Number.NaN])
    assert.throws(() => continueRun(folder, epochs), { code: 'bad-epochs' });
  assert.throws(() => resumeRun(folder), { code: 'already-done' });
  const lock = acquireLock(folder);
  assert.throws(() => continueRun(folder, 5), { code: 'run-live' });
  lock.release();
  requestStop(folder);
  while (Date.now() <= (readSummary(folder).endedAt ?? 0));
  continueRun(folder, 5);
  const queued = readSummary(folder);
  assert.deepEqual([queued.state, queued.epochs, queued.steps, queued.endedAt], ['queued', 15, 30, null]);
  append(folder, status('stopped'));
  assert.equal(readSummary(folder).state, 'stopped');
  while (Date.now() <= (readSummary(folder).endedAt ?? 0));
  resumeRun(folder);
  assert.deepEqual([readSummary(folder).state, readSummary(folder).epochs], ['queued', 15]);
});

test('a cancelled run can be queued again', (t) => {
  const folder = temporaryRun(t);
  requestStop(folder);
  resumeRun(folder);
  assert.equal(readSummary(folder).state, 'queued');
});

test('a process that died without a word is recorded as failed', (t) => {
  const folder = temporaryRun(t);
  recordFailure(folder, 'It could not be started.', 'Look at the log.');
  const { state, message, advice } = readSummary(folder);
  assert.deepEqual([state, message, advice], ['failed', 'It could not be started.', 'Look at the log.']);
});

test('meta: fields that are left out stay, empty ones go', (t) => {
  const folder = temporaryRun(t);
  editMeta(folder, { name: ' My run ', tags: ['a', ' b', 'a', ''], starred: true });
  editMeta(folder, { note: 'Good.' });
  const { name, note, tags, starred } = readSummary(folder);
  assert.deepEqual([name, note, tags, starred], ['My run', 'Good.', ['a', 'b'], true]);
  assert.deepEqual(editMeta(folder, { name: '', tags: [], starred: false, note: ' ' }), {});
  fs.writeFileSync(path.join(folder, jobFiles.meta), 'damaged');
  assert.equal(readSummary(folder).name, 'test run');
});

test('a duplicate is a queued run with the changes, and remembers where it came from', (t) => {
  const folder = temporaryRun(t);
  const copy = duplicateRun(folder, { name: 'copy', training: { epochs: 3 } });
  const job = readJob(copy);
  assert.deepEqual(
    [job.config.name, job.config.training.epochs, job.config.training.batchSize, job.duplicateOf],
    ['copy', 3, 32, path.basename(folder)],
  );
  assert.equal(readSummary(copy).state, 'queued');
});

test('a config copy names the data relative to itself', (t) => {
  const root = temporaryFolder(t);
  const config = { ...defaultConfig, data: { ...defaultConfig.data, source: 'images' } };
  const folder = createJob(path.join(root, '.loupe', 'runs'), config, root);
  fs.mkdirSync(path.join(root, 'configs'));
  const written = writeConfigCopy(folder, path.join(root, 'configs', 'a.loupe.json'));
  assert.equal(written.data.source, '../images');
  assert.deepEqual(JSON.parse(fs.readFileSync(path.join(root, 'configs', 'a.loupe.json'), 'utf8')), written);
});

const slugs: [string, string][] = [
  ['ResNet 18 / big!', 'resnet-18-big'],
  ['  ', ''],
  ['模型', ''],
  ['Crème brûlée', 'creme-brulee'],
  ['../../etc', 'etc'],
  ['x'.repeat(100), 'x'.repeat(32)],
];
for (const [name, expected] of slugs) test(`slug of "${name}"`, () => assert.equal(slugOf(name), expected));

test('an id without a usable name still has a date', () => {
  assert.equal(makeRunId('模型', new Date(2025, 0, 2, 3, 4, 5), 'beef'), '20250102-030405-beef');
});
