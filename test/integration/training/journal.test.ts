import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { appendToJournal } from '../../../src/dataset/journal/append.ts';
import { type Edit, editOf, stampEdits } from '../../../src/dataset/journal/edits.ts';
import { journalFileOf } from '../../../src/dataset/journal/folder.ts';
import { readJournal } from '../../../src/dataset/journal/read.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { ImageRecord } from '../../../src/dataset/types.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readProvenance } from '../../../src/jobs/read.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { readSplit } from '../../../src/training/split-file.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { assertEqualRuns, eventsOf, makeRun, runAndStopAt } from './runs.ts';

type Context = Parameters<typeof temporaryFolder>[0];

async function workspaceOf(t: Context) {
  const folder = temporaryFolder(t);
  const root = path.join(folder, 'images');
  await writeImages(root, { each: 12 });
  const { images } = await openDataSet(root, { cacheFolder: path.join(folder, 'index') });
  const file = journalFileOf(folder);
  const decide = (...edits: Edit[]) =>
    appendToJournal(file, stampEdits(edits, { data: 'images', after: readJournal(file).lines }));
  const image = (name: string) => images.find((entry) => entry.path === name) as ImageRecord;
  return { folder, root, decide, image };
}

const linesOf = (run: string) => readSplit(path.join(run, jobFiles.split))!.lines;
const labelIn = (run: string, name: string) => linesOf(run).find((line) => line.path === name)?.label;

test('a run trains with the labels that people gave, without what they excluded, and says so', async (t) => {
  const { folder, decide, image } = await workspaceOf(t);
  decide(
    editOf.relabel(image('brick/0.png'), 'brick', 'moss'),
    editOf.relabel(image('brick/1.png'), 'brick', 'moss'),
    editOf.exclude(image('leaf/0.png')),
    editOf.split(image('sky/5.png'), 'test'),
  );
  const run = makeRun(folder, { training: { epochs: 1 } });
  assert.equal(await runTrainJob(run), 'done');
  assert.equal(labelIn(run, 'brick/0.png'), 'moss');
  assert.equal(labelIn(run, 'leaf/0.png'), undefined);
  assert.equal(linesOf(run).find((line) => line.path === 'sky/5.png')?.split, 'test');
  assert.deepEqual(eventsOf(run, 'plan')[0]?.classes, ['brick', 'leaf', 'moss', 'sky']);
  assert.partialDeepStrictEqual(eventsOf(run, 'edits'), [{ relabelled: 2, labelled: 0, excluded: 1, resplit: 1 }]);
  assert.deepEqual(eventsOf(run, 'skipped'), []);
  const provenance = readProvenance(run)!;
  assert.match(provenance.labelJournalHash ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(provenance.labelEdits, { relabelled: 2, labelled: 0, excluded: 1, resplit: 1, notApplied: 0 });

  const without = makeRun(folder, { training: { epochs: 1 }, data: { journal: false } });
  assert.equal(await runTrainJob(without), 'done');
  assert.equal(labelIn(without, 'brick/0.png'), 'brick');
  assert.equal(linesOf(without).length, 36);
  assert.equal(readProvenance(without)!.labelJournalHash, null);
});

test('a run goes on with the edits it began with, whatever happens to journal and files in between', async (t) => {
  const { folder, root, decide, image } = await workspaceOf(t);
  const relabelled = 'brick/0.png';
  decide(editOf.relabel(image(relabelled), 'brick', 'sky'), editOf.exclude(image('leaf/0.png')));
  const whole = makeRun(folder);
  assert.equal(await runTrainJob(whole), 'done');
  const stopped = makeRun(folder);
  assert.equal(await runAndStopAt(stopped, 3), 'stopped');
  decide(
    editOf.restore(image('leaf/0.png')),
    editOf.exclude(image('sky/1.png')),
    editOf.relabel(image('leaf/1.png'), 'leaf', 'fern'),
  );
  const used = linesOf(stopped).find((line) => line.path === relabelled)!;
  fs.renameSync(path.join(root, relabelled), path.join(root, 'sky/from-brick.png'));
  assert.equal(await runTrainJob(stopped), 'done');
  const warnings = eventsOf(stopped, 'warning').map(({ message }) => message);
  assert.ok(
    warnings.some((message) => /1 in another place/.test(message) && /label edits have changed/.test(message)),
    warnings.join('\n'),
  );
  fs.renameSync(path.join(root, 'sky/from-brick.png'), path.join(root, relabelled));
  assert.equal(labelIn(stopped, relabelled), used.label);
  const predictions = path.join(stopped, jobFiles.predictions);
  fs.writeFileSync(predictions, fs.readFileSync(predictions, 'utf8').replaceAll('sky/from-brick.png', relabelled));
  assertEqualRuns(stopped, whole);

  const next = makeRun(folder);
  assert.equal(await runTrainJob(next), 'done');
  assert.equal(labelIn(next, 'leaf/0.png'), 'leaf');
  assert.equal(labelIn(next, 'leaf/1.png'), 'fern');
  assert.equal(labelIn(next, 'sky/1.png'), undefined);
});
