import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PairDetail, Verdict } from '../../../src/protocol/compare.ts';
import { makeImages, runCli } from './run-cli.ts';

/** Three real runs of a tiny network, two of which differ in their seed only. */
describe('loupe compare', { timeout: 120_000 }, () => {
  let cwd = '';
  before(async () => {
    cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-compare-'));
    await makeImages(path.join(cwd, 'images'), 20);
    const tiny = ['input.width=8', 'input.height=8', 'model.width=0.25', 'engine.name=wasm', 'data.validation=0.5'];
    for (const [name, ...settings] of [
      ['first', 'training.epochs=1', 'training.learningRate=1e-7'],
      ['second', 'training.epochs=3', 'training.learningRate=0.01'],
      ['third', 'training.epochs=3', 'training.learningRate=0.01', 'seed=43'],
    ] as const) {
      const set = [...tiny, ...settings].flatMap((setting) => ['--set', setting]);
      const { code, stderr } = await runCli(['train', 'images', '--name', name, '--progress', 'none', ...set], { cwd });
      assert.equal(code, 0, stderr);
    }
  });
  after(() => fs.rmSync(cwd, { recursive: true, force: true, maxRetries: 3 }));

  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['compare', ...args, '--json'], { cwd });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as {
      baseline: string;
      pinned: boolean;
      differences: string[];
      verdicts: Verdict[];
      runs: { id: string; name: string }[];
      detail?: PairDetail;
    };
  };

  test('tells what differs first, then figures, then whether it is real', async () => {
    const { code, stdout } = await runCli(['compare', 'first', 'second'], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /What differs[\s\S]*training\.learningRate +1e-7 +0\.01[\s\S]*Figures[\s\S]*Verdict/);
    const { differences, verdicts } = await json('first', 'second');
    assert.deepEqual(differences, ['training.epochs', 'training.learningRate']);
    assert.equal(verdicts[0]?.verdict, 'better');
    assert.equal(verdicts[0]?.figures?.images, 20);
    assert.match(verdicts[0]?.text ?? '', /^second is better than first on 20 common validation images/);
  });

  test('pools the runs that differ in their seed only', async () => {
    const { verdicts } = await json('first', 'second', 'third');
    assert.equal(verdicts.length, 1);
    assert.equal(verdicts[0]?.runs.length, 2);
  });

  test('lists the images that one of two has right, and their confusions', async () => {
    const { detail } = await json('first', 'second', '--images', '2');
    assert.ok(detail);
    assert.equal(detail.wonCount, 10);
    assert.equal(detail.won.length, 2);
    assert.ok(detail.won.every((image) => fs.existsSync(image.path) && image.predictedB === image.label));
    const sum = (matrix: number[][]) => matrix.flat().reduce((total, value) => total + value, 0);
    assert.deepEqual([sum(detail.confusionA), sum(detail.confusionB)], [20, 20]);
  });

  test('a pinned baseline is kept for the next time', async () => {
    const pinned = await json('first', 'second', '--baseline', 'second', '--pin');
    assert.deepEqual(
      pinned.verdicts.map(({ verdict }) => verdict),
      ['worse'],
      'the baseline is not compared with itself',
    );
    const later = await json('first', 'second');
    assert.equal(later.baseline, pinned.baseline);
    assert.equal(later.pinned, true);
    fs.rmSync(path.join(cwd, '.loupe', 'compare.json'));
  });

  test('chooses by query, and writes tables', async () => {
    const csv = await runCli(['compare', '--query', 'training.epochs = 3', '--csv'], { cwd });
    assert.match(csv.stdout, /^run,seed,val_accuracy/);
    assert.equal(csv.stdout.trimEnd().split('\n').length, 3);
    const md = await runCli(['compare', '--query', '', '--md'], { cwd });
    assert.equal(md.stdout.trimEnd().split('\n').length, 5);
  });

  test('puts logs of other tools beside our runs, without a verdict', async () => {
    fs.mkdirSync(path.join(cwd, 'keras'), { recursive: true });
    fs.writeFileSync(
      path.join(cwd, 'keras', 'log.csv'),
      'epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1,0.6,0.9\n',
    );
    const { runs, verdicts } = await json('second', 'keras');
    assert.deepEqual(
      runs.map(({ name }) => name),
      ['second', 'keras'],
    );
    assert.deepEqual(
      verdicts.map(({ verdict }) => verdict),
      ['none'],
    );
    assert.match(verdicts[0]?.text ?? '', /comes from Keras CSV/);
  });

  test('says what is wrong with a command line', async () => {
    for (const [args, message] of [
      [['compare'], /Which runs\?/],
      [['compare', 'first'], /nothing to be compared with/],
      [['compare', 'first', 'second', '--pin'], /--pin needs --baseline/],
      [['compare', 'first', 'second', '--images', 'x'], /--images can't be "x"/],
      [['compare', '--query', 'name = nobody'], /No run satisfies/],
    ] as const) {
      const { code, stderr } = await runCli([...args], { cwd });
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, message);
    }
    assert.equal((await runCli(['compare', 'first', 'nobody'], { cwd })).code, 1);
  });
});
