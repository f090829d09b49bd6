import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { sharedData, withoutData } from '../../shared-data.ts';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const small = ['weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors'];
const engine = ['--engine', 'wasm', '--threads', '1'];

describe('loupe start', () => {
  it('finds weights beside the data, says why it chooses, measures a baseline and trains', {
    skip: withoutData(...small),
  }, async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 12);
    fs.mkdirSync(path.join(cwd, 'weights'));
    fs.copyFileSync(sharedData(...small), path.join(cwd, 'weights', 'base.safetensors'));
    fs.writeFileSync(path.join(cwd, 'weights', 'other.pth'), 'not weights');

    const dry = await runCli(['start', 'data', '--dry-run', ...engine], { cwd });
    assert.equal(dry.code, 0, dry.stderr);
    assert.match(dry.stdout, /data: 24 images of 2 classes/);
    assert.match(dry.stdout, /Network +mobilenet-v2 × 0\.35 .*The only pretrained weights/);
    assert.match(dry.stdout, /Recipe +transfer-frozen +"blue" has 12 images/);
    assert.deepEqual(
      fs.readdirSync(cwd).filter((name) => name.endsWith('.loupe.json')),
      [],
    );

    const { code, stdout, stderr } = await runCli(['start', 'data', ...engine, '--json'], { cwd });
    assert.equal(code, 0, stderr);
    const { plan, baseline, config, run, outcome } = JSON.parse(stdout);
    assert.deepEqual([plan.recipe, plan.side, outcome, run.state], ['transfer-frozen', 64, 'done', 'done']);
    assert.equal(baseline.images, 24);
    const written = JSON.parse(fs.readFileSync(config, 'utf8'));
    assert.deepEqual([written.data.source, written.model.weights], ['data', 'weights/base.safetensors']);
    assert.deepEqual(run.params['model.width'], 0.35);

    const again = JSON.parse((await runCli(['start', 'data', '--no-train', ...engine, '--json'], { cwd })).stdout);
    assert.deepEqual([path.basename(again.config), again.run], ['data-2.loupe.json', null]);
  });

  it('begins at random where there are no weights, and refuses weights and data that are of no use', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'pictures', 'data'), 6);
    const { code, stdout } = await runCli(['start', 'pictures/data', '--dry-run', ...engine, '--json'], { cwd });
    const { plan, baseline } = JSON.parse(stdout);
    assert.deepEqual([code, plan.weights, plan.recipe, baseline], [0, null, 'balanced', null]);
    fs.writeFileSync(path.join(cwd, 'x.pth'), 'x');
    const bad = await runCli(['start', 'pictures/data', '--weights', 'x.pth', '--dry-run', ...engine, '--json'], {
      cwd,
    });
    assert.deepEqual([bad.code, JSON.parse(bad.stdout).error.code], [1, 'unknown-network']);
    const one = await runCli(['start', 'pictures/data/blue', '--dry-run', ...engine, '--json'], { cwd });
    assert.equal(one.code, 1);
  });
});
