import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readDataReport } from '../../../src/jobs/data-reports.ts';
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
    const { plan, baseline, config, run, outcome, report } = JSON.parse(stdout);
    assert.deepEqual([plan.recipe, plan.side, outcome, run.state], ['transfer-frozen', 64, 'done', 'done']);
    assert.equal(baseline.images, 24);
    const kept = readDataReport(report);
    assert.deepEqual([kept.kind, kept.plan?.config, kept.plan?.reasons], ['start', config, plan.reasons]);
    assert.deepEqual([kept.baseline, kept.network?.weights], [baseline, path.join(cwd, 'weights', 'base.safetensors')]);
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
    const why = Object.fromEntries(plan.reasons.map((one: { what: string; why: string }) => [one.what, one.why]));
    assert.match(why.Network, /nothing is downloaded unasked.*loupe zoo get mobilenet-v2, then start again/);
    assert.match(why.Recipe, /"blue" has 6 images: from random weights that is too little/);
    fs.writeFileSync(path.join(cwd, 'x.pth'), 'x');
    const bad = await runCli(['start', 'pictures/data', '--weights', 'x.pth', '--dry-run', ...engine, '--json'], {
      cwd,
    });
    assert.deepEqual([bad.code, JSON.parse(bad.stdout).error.code], [1, 'unknown-network']);
    fs.mkdirSync(path.join(cwd, 'empty'));
    fs.mkdirSync(path.join(cwd, 'single'));
    fs.cpSync(path.join(cwd, 'pictures', 'data', 'blue'), path.join(cwd, 'single', 'blue'), { recursive: true });
    for (const [folder, message, advice] of [
      ['empty', /is empty/, /folder of its own/],
      ['single', /one class only, "blue"/, /Put the images of each class into a folder of its own/],
      ['nowhere', /There is no/, /Check the path/],
    ] as const) {
      const { code, stdout } = await runCli(['start', folder, ...engine, '--json'], { cwd });
      const { error } = JSON.parse(stdout);
      assert.equal(code, 1, folder);
      assert.match(error.message, message);
      assert.match(error.advice, advice);
    }
    assert.equal(fs.existsSync(path.join(cwd, '.loupe')), false, 'nothing is left of what could not be done');
  });
});
