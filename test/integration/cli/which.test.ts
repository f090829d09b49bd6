import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { sharedData, withoutData } from '../../shared-data.ts';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const small = ['weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors'];
const engine = ['--engine', 'wasm', '--threads', '1'];

describe('loupe which', () => {
  it('compares algorithms on features that need no weights, with a trained run beside them', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 12);
    const set = ['training.epochs=1', 'input.width=16', 'input.height=16', 'engine.name=wasm', 'engine.threads=1'];
    const trained = await runCli(['train', 'data', ...set.flatMap((one) => ['--set', one])], { cwd });
    assert.equal(trained.code, 0, trained.stderr);
    const { code, stdout, stderr } = await runCli(
      ['which', 'data', '--features', 'hog', '--features', 'color', ...engine, '--json'],
      { cwd },
    );
    assert.equal(code, 0, stderr);
    const { total, comparison, runs, recommendation, skipped } = JSON.parse(stdout);
    assert.deepEqual([total, comparison.images, comparison.folds, skipped], [24, 24, 5, []]);
    const pairs = comparison.algorithms.map((one: { name: string; features: string }) => `${one.name} ${one.features}`);
    assert.equal(new Set(pairs).size, 10);
    const [best] = comparison.algorithms;
    assert.equal(best.accuracy.value, 1, 'the colours of the two classes differ');
    assert.match(recommendation, /^Most accurate: .* on .*\. .*Take /);
    assert.deepEqual(
      runs.map(({ name, split, architecture }: Record<string, string>) => [name, split, architecture]),
      [['data', 'validation', 'small-cnn']],
    );
    const text = await runCli(['which', 'data', '--limit', '10', ...engine], { cwd });
    assert.match(text.stdout, /^10 images of 24, 5 folds/);
    assert.match(text.stdout, /ALGORITHM +ON +ACCURACY/);
    assert.match(text.stdout, /Random forest: Tells which features/);
  });

  it('takes the features of pretrained weights', { skip: withoutData(...small) }, async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 6);
    const given = ['data', '--weights', sharedData(...small), '--size', '32', ...engine, '--json'];
    const { code, stdout, stderr } = await runCli(['which', ...given], { cwd });
    assert.equal(code, 0, stderr);
    const { algorithms } = JSON.parse(stdout).comparison;
    assert.deepEqual([...new Set(algorithms.map(({ features }: { features: string }) => features))].length, 1);
    assert.match(algorithms[0].features, /^mobilenet-v2 × 0\.35/);
  });

  it('says what is missing', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 3);
    const few = await runCli(['which', 'data', '--json'], { cwd });
    assert.deepEqual([few.code, JSON.parse(few.stdout).error.code], [1, 'too-few-images']);
    assert.equal((await runCli(['which', 'data', '--features', 'sift'], { cwd })).code, 2);
    fs.rmSync(path.join(cwd, 'data'), { recursive: true });
    assert.equal((await runCli(['which', 'data'], { cwd })).code, 1);
  });
});
