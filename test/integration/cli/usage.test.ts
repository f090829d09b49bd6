import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createJob } from '../../../src/jobs/create.ts';
import { editMeta } from '../../../src/jobs/meta.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { cliFile, makeImages, runCli, workFolder } from './run-cli.ts';

const mistakes: [args: string[], code: number, error: string, says: RegExp][] = [
  [['trian'], 2, 'bad-usage', /no verb "trian"\. Did you mean "train"/],
  [['--json'], 2, 'bad-usage', /verb comes first/],
  [['help', 'nothing'], 2, 'bad-usage', /no verb/],
  [['train'], 2, 'bad-usage', /What to train on/],
  [['train', 'a', 'b'], 2, 'bad-usage', /can't do anything with "b"/],
  [['train', '--epocs', '3', '.'], 2, 'bad-usage', /no option --epocs\. Did you mean "--epochs"/],
  [['train', '--epochs'], 2, 'bad-usage', /--epochs.*ambiguous/i],
  [['train', '--epochs', 'x', '.'], 2, 'bad-usage', /--epochs can't be "x"/],
  [['train', '.', '--set', 'epochs=3'], 2, 'unknown-setting', /no setting "epochs"/],
  [['train', '.', '--set', 'training.epochs=x'], 2, 'bad-set', /is a number/],
  [['train', '.', '--set', 'training.epochs=0'], 2, 'bad-usage', /at least 1, found 0/],
  [['train', '.', '--set', 'model.architecture=resnet19'], 2, 'bad-usage', /Did you mean "resnet18"/],
  [['train', '.', '--preset', 'quik'], 2, 'unknown-recipe', /Did you mean "quick"/],
  [['train', '.', '--queued'], 2, 'bad-usage', /needs a run folder/],
  [['train', 'nowhere'], 1, 'no-such-path', /nowhere/],
  [['train', 'nowhere.loupe.json'], 1, 'folder-missing', /nowhere\.loupe\.json/],
  [['runs', '--query', 'val_acuracy > 1'], 2, 'bad-query', /no field/],
  [['runs', '--sort', 'val_acuracy'], 2, 'bad-sort-key', /can't be sorted/],
  [['runs', '--progress', 'loud'], 2, 'bad-usage', /--progress/],
  [['predict', 'x'], 2, 'bad-usage', /Which run/],
  [['predict', 'x', 'y'], 1, 'no-such-run', /no run "x"/],
  [['predict', 'x', 'y', '--top', '0'], 2, 'bad-usage', /--top/],
  [['predict', 'x', 'y', '--out', 'table.xlsx'], 2, 'bad-usage', /--out can't be "table\.xlsx"/],
  [['evaluate', 'x'], 1, 'no-such-run', /no run "x"/],
  [['evaluate', 'x', 'y', '--split', 'test'], 2, 'bad-usage', /--split does not go with a folder/],
  [['evaluate', 'x', '--split', 'dev'], 2, 'bad-usage', /--split can't be "dev"/],
  [['evaluate', 'x', '--tta', 'some'], 2, 'bad-usage', /--tta can't be "some"/],
  [['ensemble', 'x', '--how', 'sum'], 2, 'bad-usage', /--how can't be "sum"/],
  [['saliency', 'x', 'y'], 2, 'bad-usage', /Where should the pictures go/],
  [['saliency', 'x', 'y', '-o', 'z', '--method', 'lime'], 2, 'bad-usage', /--method can't be "lime"/],
  [['scan', 'x', '--format', 'zip'], 2, 'bad-usage', /--format/],
  [['scan', 'nowhere'], 1, 'no-such-path', /nowhere/],
];
for (const [args, code, error, says] of mistakes) {
  test(`loupe ${args.join(' ')}: ${error}`, async (t) => {
    const result = await runCli([...args, ...(args.includes('--json') ? [] : ['--json'])], { cwd: workFolder(t) });
    const answer = JSON.parse(result.stdout);
    assert.equal(result.code, code, result.stderr);
    if (error !== 'no-such-path' || args[0] === 'train') assert.equal(answer.error.code, error);
    assert.match(answer.error.message, says);
    assert.equal(typeof answer.error.advice, 'string');
    assert.deepEqual(Object.keys(answer), ['error']);
    assert.match(result.stderr, /^loupe: /);
    assert.doesNotMatch(result.stderr, /^\s+at /m);
  });
}

test('nothing was made by commands that were refused', async (t) => {
  const cwd = workFolder(t);
  await runCli(['train', '.', '--set', 'training.epochs=0'], { cwd });
  assert.deepEqual(fs.readdirSync(cwd), []);
});

test('help and version go to stdout with exit code 0', async (t) => {
  const cwd = workFolder(t);
  const manifest = JSON.parse(fs.readFileSync(path.join(path.dirname(cliFile), '..', 'package.json'), 'utf8'));
  assert.deepEqual(await runCli(['--version'], { cwd }), { code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  for (const args of [[], ['help'], ['--help'], ['-h']]) {
    const { code, stdout, stderr } = await runCli(args, { cwd });
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const verb of ['scan', 'train', 'runs', 'evaluate', 'ensemble', 'predict', 'saliency'])
      assert.match(stdout, new RegExp(`^ {2}${verb} `, 'm'));
  }
  assert.equal((await runCli(['train', '--help'], { cwd })).stdout, (await runCli(['help', 'train'], { cwd })).stdout);
  assert.match((await runCli(['train', '-h'], { cwd })).stdout, /--set <key=value>/);
});

test('runs: a table for people, a document for programs, filtered and sorted', async (t) => {
  const cwd = workFolder(t);
  const runs = path.join(cwd, '.loupe', 'runs');
  const first = createJob(runs, { ...defaultConfig, name: 'first' }, cwd);
  createJob(runs, { ...defaultConfig, name: 'second' }, cwd);
  editMeta(first, { tags: ['aug'], starred: true });
  const damaged = createJob(runs, defaultConfig, cwd);
  fs.writeFileSync(path.join(damaged, 'job.json'), '{');
  const table = await runCli(['runs'], { cwd });
  assert.equal(table.code, 0);
  assert.match(table.stdout, /^NAME +STATE/);
  assert.match(table.stdout, /★ first +queued/);
  assert.match(table.stderr, /unreadable: .*job\.json is damaged/);
  const byName = JSON.parse((await runCli(['runs', '--json', '--sort=-name'], { cwd })).stdout);
  assert.deepEqual(
    byName.runs.map((run: { name: string }) => run.name),
    ['second', 'first'],
  );
  assert.equal(byName.unreadable.length, 1);
  const tagged = JSON.parse((await runCli(['runs', runs, '--json', '-q', 'tag = aug'], { cwd })).stdout);
  assert.deepEqual([tagged.runs.length, tagged.runs[0].folder, tagged.total], [1, first, 2]);
});

test('runs loads neither sharp nor an engine', async (t) => {
  const cwd = workFolder(t);
  createJob(path.join(cwd, '.loupe', 'runs'), defaultConfig, cwd);
  const spy = path.join(cwd, 'spy.mjs');
  const hook = `export async function resolve(name, context, next) {
    const found = await next(name, context);
    if (/node_modules|src\\/(engines|images|models|training\\/run-job)/.test(found.url)) process._rawDebug('LOADED ' + found.url);
    return found;
  }`;
  fs.writeFileSync(
    spy,
    `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));`,
  );
  const listed = await runCli(['runs'], { cwd, nodeArguments: ['--import', spy] });
  assert.match(listed.stdout, /small-cnn/);
  assert.doesNotMatch(listed.stderr, /LOADED/);
  const scanned = await runCli(['scan', 'nowhere'], { cwd, nodeArguments: ['--import', spy] });
  assert.match(scanned.stderr, /LOADED .*sharp/, 'the spy sees what is loaded');
});

test('scan: counts, sizes, formats and what was skipped', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 4);
  const text = await runCli(['scan', 'images'], { cwd });
  assert.equal(text.code, 0, text.stderr);
  assert.match(text.stdout, /8 images in 2 classes/);
  assert.match(text.stdout, /notes\.png/);
  const result = await runCli(['scan', 'images', '--json', '--progress', 'json'], { cwd });
  const report = JSON.parse(result.stdout);
  assert.equal(report.root, path.join(cwd, 'images'));
  assert.deepEqual(
    report.classes.map(({ name, count, unassigned }: Record<string, unknown>) => [name, count, unassigned]),
    [
      ['blue', 4, 4],
      ['red', 4, 4],
    ],
  );
  assert.deepEqual(report.formats, { png: 8 });
  assert.deepEqual(report.sizes.width, { min: 16, median: 16, max: 16 });
  assert.equal(report.skipped.length, 1);
  assert.equal(report.skipped[0].count, 1);
  for (const line of result.stderr.trim().split('\n')) {
    const progress = JSON.parse(line);
    assert.equal(progress.what, 'scan');
    assert.equal(typeof progress.done, 'number');
  }
});

test('a closed pipe is no error', async (t) => {
  const cwd = workFolder(t);
  createJob(path.join(cwd, '.loupe', 'runs'), defaultConfig, cwd);
  const child = spawn(process.execPath, [cliFile, 'runs'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(stderr, '');
  assert.equal(code, 0);
});
