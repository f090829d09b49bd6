import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { makeImages, runCli, workFolder } from './run-cli.ts';

test('recipes are listed, shown, saved from a config and a run, and trained with', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 12);
  const listed = JSON.parse((await runCli(['recipes', '--json'], { cwd })).stdout);
  assert.ok(listed.recipes.length >= 10);
  assert.ok(listed.recipes.every(({ source }: { source: string }) => source === 'built-in'));
  const shown = await runCli(['recipes', 'noisy-labels'], { cwd });
  assert.match(shown.stdout, /Tricks: .*MixUp α 0\.4/);

  const config = {
    input: { width: 8, height: 8 },
    model: { width: 0.25 },
    training: { epochs: 1, batchSize: 8, schedule: 'cosine' },
    engine: { name: 'wasm' },
  };
  fs.writeFileSync(path.join(cwd, 'tiny.loupe.json'), JSON.stringify(config));
  const saved = await runCli(['recipes', 'tiny', '--from', 'tiny.loupe.json', '--purpose', 'For tests.', '--json'], {
    cwd,
  });
  assert.equal(saved.code, 0, saved.stderr);
  assert.equal(JSON.parse(saved.stdout).file, path.join('.loupe', 'recipes', 'tiny.json'));
  const again = await runCli(['recipes', 'tiny', '--from', 'tiny.loupe.json', '--json'], { cwd });
  assert.equal(again.code, 2);
  assert.equal(JSON.parse(again.stdout).error.code, 'recipe-exists');

  const trained = await runCli(['train', 'images', '--recipe', 'tiny', '--json', '--progress', 'none'], { cwd });
  assert.equal(trained.code, 0, trained.stderr);
  const { run } = JSON.parse(trained.stdout);
  assert.deepEqual([run.epochs, run.params['training.schedule.name']], [1, 'cosine']);
  assert.deepEqual(run.tricks, ['Dropout 0.2', 'Weight decay 0.01', 'Cosine decay']);
  const fromRun = await runCli(['recipes', 'as before', '--from', run.folder], { cwd });
  assert.equal(fromRun.code, 0, fromRun.stderr);
  const [first, second] = JSON.parse((await runCli(['recipes', '--json'], { cwd })).stdout).recipes;
  assert.deepEqual([first.name, second.name, second.purpose], ['as before', 'tiny', 'For tests.']);
  assert.deepEqual(first.config, second.config);
  const trick = JSON.parse((await runCli(['runs', '--json', '-q', 'trick ~ cosine'], { cwd })).stdout);
  assert.equal(trick.runs.length, 1);
});

test('--preset still means --recipe, and not both at once', async (t) => {
  const cwd = workFolder(t);
  fs.mkdirSync(path.join(cwd, 'images'));
  const both = await runCli(['train', 'images', '--preset', 'quick', '--recipe', 'quick'], { cwd });
  assert.equal(both.code, 2);
  assert.match(both.stderr, /--recipe and --preset are the same/);
});
