import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { requestStop } from '../../../src/jobs/stop.ts';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const small = ['--set', 'input.width=16', '--set', 'input.height=16', '--set', 'training.batchSize=8'];

test('train, predict, continue: the whole way in a terminal', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 20);
  const train = ['train', 'images', '--epochs', '3', '--name', 'squares', ...small];
  const first = await runCli([...train, '--json'], { cwd });
  assert.equal(first.code, 0, first.stderr);
  const answer = JSON.parse(first.stdout);
  assert.equal(answer.outcome, 'done');
  assert.equal(answer.run.state, 'done');
  assert.equal(answer.run.name, 'squares');
  assert.equal(answer.run.epoch, 3);
  assert.equal(path.dirname(answer.run.folder), path.join(cwd, '.loupe', 'runs'));
  assert.equal(answer.model, path.join(answer.run.folder, 'model'));
  assert.match(first.stderr, /Epoch 3\/3 .* val acc/);
  assert.doesNotMatch(first.stderr, /\r/, 'no bar without a terminal');

  const predicted = await runCli(['predict', 'squares', 'images', 'missing.png', '--json', '-k', '1'], { cwd });
  assert.equal(predicted.code, 0, predicted.stderr);
  const report = JSON.parse(predicted.stdout);
  assert.deepEqual(report.labels, ['blue', 'red']);
  assert.equal(report.classified, 40);
  assert.deepEqual(
    Object.values(report.skipped).reduce<number>((sum, times) => sum + Number(times), 0),
    2,
  );
  assert.equal(report.skipped.missing, 1);
  for (const image of report.images) if (image.top) assert.equal(image.top.length, 1);

  const finished = await runCli(['train', answer.run.folder, '--json'], { cwd });
  assert.equal(finished.code, 1);
  assert.equal(JSON.parse(finished.stdout).error.code, 'finished');
  const changed = await runCli(['train', answer.run.folder, '--name', 'x'], { cwd });
  assert.equal(changed.code, 2);

  const more = await runCli(['train', answer.run.folder, '--epochs', '2'], { cwd });
  assert.equal(more.code, 0, more.stderr);
  assert.match(more.stdout, /^Done squares, epoch 5 of 5/);
  assert.match(more.stdout, /Next: loupe predict/);
  assert.match(more.stderr, /Going on from step/);
  assert.doesNotMatch(more.stderr, /Epoch 3\/5/, 'what was there before is not told again');
});

test('Ctrl-C stops with a checkpoint, and the run folder goes on', {
  skip: process.platform === 'win32',
}, async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 20);
  let asked = false;
  const stopped = await runCli(['train', 'images', '--epochs', '200', '--json', '--progress', 'json', ...small], {
    cwd,
    onStderr(text, kill) {
      if (asked || !/"epoch":2/.test(text)) return;
      asked = true;
      kill('SIGINT');
    },
  });
  assert.equal(stopped.code, 0, stopped.stderr);
  const answer = JSON.parse(stopped.stdout);
  assert.equal(answer.outcome, 'stopped');
  assert.equal(answer.run.state, 'stopped');
  assert.equal(answer.run.resumable, true);
  assert.ok(answer.run.epoch < 200);
  const folder = answer.run.folder;
  const events = () => fs.readFileSync(path.join(folder, 'events.jsonl'), 'utf8');
  asked = false;
  const again = await runCli(['train', folder, '--json', '--progress', 'json'], {
    cwd,
    onStderr() {
      if (asked || !/"kind":"resume"[\s\S]*"kind":"step"/.test(events())) return;
      asked = true;
      requestStop(folder);
    },
  });
  assert.equal(again.code, 0, again.stderr);
  const second = JSON.parse(again.stdout);
  assert.equal(second.outcome, 'stopped');
  assert.ok(second.run.step > answer.run.step, 'it went on from where it was');
});

test('a run that was cancelled before it started is not started by a queue', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 4);
  const { createJob } = await import('../../../src/jobs/create.ts');
  const { defaultConfig } = await import('../../../src/training/config.ts');
  const folder = createJob(path.join(cwd, 'runs'), defaultConfig, cwd);
  requestStop(folder);
  const result = await runCli(['train', folder, '--queued', '--json'], { cwd });
  assert.equal(result.code, 0);
  assert.equal(JSON.parse(result.stdout).outcome, 'not-queued');
  assert.ok(!fs.existsSync(path.join(folder, 'events.jsonl')));
});

test('a run that fails says so: exit code 1, one document, the state on disk', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 6);
  fs.rmSync(path.join(cwd, 'images', 'red'), { recursive: true });
  const result = await runCli(['train', 'images', '--json'], { cwd });
  assert.equal(result.code, 1);
  const answer = JSON.parse(result.stdout);
  assert.equal(answer.error.code, 'run-failed');
  assert.match(answer.error.message, /one class/);
  assert.equal(answer.run.state, 'failed');
});

test('a config file is trained with what it says; its data is relative to it', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'project', 'images'), 12);
  const config = { data: { source: 'images' }, input: { width: 16, height: 16 }, training: { epochs: 1 } };
  fs.writeFileSync(path.join(cwd, 'project', 'a.loupe.json'), JSON.stringify(config));
  const result = await runCli(['train', 'project/a.loupe.json', '--set', 'training.batchSize=8', '--json'], { cwd });
  assert.equal(result.code, 0, result.stderr);
  const { run } = JSON.parse(result.stdout);
  assert.deepEqual([run.name, run.epochs, run.params['training.batchSize']], ['a', 1, 8]);
  fs.writeFileSync(path.join(cwd, 'project', 'a.loupe.json'), '{"training":{"epoch":1}}');
  const refused = await runCli(['train', 'project/a.loupe.json', '--json'], { cwd });
  assert.equal(refused.code, 1);
  assert.match(JSON.parse(refused.stdout).error.message, /training\.epoch: unknown setting\. Did you mean "epochs"/);
});
