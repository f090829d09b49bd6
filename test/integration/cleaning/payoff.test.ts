import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createPayoff, runPayoff } from '../../../src/cleaning/payoff/payoff.ts';
import { editOf } from '../../../src/dataset/journal/edits.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { readJob } from '../../../src/jobs/read.ts';
import { defaultConfig, type RunConfig } from '../../../src/training/config.ts';
import { readSplit } from '../../../src/training/split-file.ts';
import { decide, imageIn, makeWorkspace, temporaryFolder } from './workspace.ts';

const config: RunConfig = {
  ...defaultConfig,
  name: 'flowers',
  data: { ...defaultConfig.data, source: 'images', validation: 0.2, test: 0.3 },
  input: { ...defaultConfig.input, width: 8, height: 8 },
  model: { ...defaultConfig.model, width: 0.25 },
  training: { ...defaultConfig.training, epochs: 8, batchSize: 8, learningRate: 0.01 },
  engine: { name: 'cpu', threads: 1, adapter: '', precision: 'float32' },
};

test('payoff: both arms hold the same images out, are measured with the corrected labels, and a stopped one goes on', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t), { each: 24 });
  const { root, folder } = workspace;
  // Ten of each class lie in the folder of the next one, and a person has found them all.
  const names = ['brick', 'leaf', 'sky'];
  const edits = names.flatMap((name, at) => {
    const wrong = names[(at + 1) % 3] as string;
    return Array.from({ length: 10 }, (_, i) => {
      const misfiled = `${wrong}/from-${name}-${i}.png`;
      fs.renameSync(path.join(root, name, `${i}.png`), path.join(root, misfiled));
      return editOf.relabel(imageIn(workspace, misfiled), wrong, name);
    });
  });
  await assert.rejects(runPayoff(createPayoff(path.join(folder, '.loupe'), config, folder, 2)), { code: 'no-edits' });
  decide(workspace, [...edits, editOf.exclude(imageIn(workspace, 'sky/23.png'))]);

  const payoff = createPayoff(path.join(folder, '.loupe'), config, folder, 2);
  const controller = new AbortController();
  const onRun = (_: object, number: number) => number === 2 && controller.abort();
  await assert.rejects(runPayoff(payoff, { signal: controller.signal, onRun }));
  decide(workspace, [editOf.exclude(imageIn(workspace, 'leaf/23.png'))]);
  const begun: number[] = [];
  const report = await runPayoff(payoff, { onRun: (_, number) => void begun.push(number) });
  assert.deepEqual(begun, [2, 3, 4], 'what was trained is not trained again');

  const folders = report.runs.map((run) => run.folder as string);
  const [before, after] = folders.map((run) => readSplit(path.join(run, jobFiles.split))!.lines);
  const splitOf = new Map(before!.map((line) => [line.path, line.split]));
  for (const line of after!) assert.equal(line.split, splitOf.get(line.path), line.path);
  assert.equal(before!.length, 72);
  assert.equal(after!.length, 71, 'the edits of the beginning count');
  assert.deepEqual(
    folders.map((run) => readJob(run).config.data.journal),
    [false, true, false, true],
  );
  assert.deepEqual(
    folders.map((run) => readJob(run).config.seed),
    [42, 42, 43, 43],
  );
  assert.deepEqual(readSummary(folders[1] as string).tags, ['payoff', 'after']);
  assert.deepEqual(report.edits, { relabelled: 30, labelled: 0, excluded: 1 });
  const held = after!.filter(({ split }) => split === 'test');
  assert.equal(report.heldOut?.images, held.length);
  assert.equal(report.verified?.images, held.filter((line) => line.path.includes('from-')).length);
  assert.ok(report.verified!.images > 3);
  const { heldOut } = report;
  assert.ok(heldOut!.difference > 0.1, `before ${heldOut!.before}, after ${heldOut!.after}`);
  assert.ok(heldOut!.interval[0] <= heldOut!.difference && heldOut!.difference <= heldOut!.interval[1]);
  assert.deepEqual(JSON.parse(fs.readFileSync(path.join(payoff, jobFiles.report), 'utf8')), report);
});
