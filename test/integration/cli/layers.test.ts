import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const config = `{
  // what is written around here stays
  "data": { "source": "data" },
  "model": { "architecture": "resnet18", "width": 0.25 },
  "training": { "epochs": 6, "freeze": ["layer1.*"] }
}
`;

describe('loupe layers', () => {
  it('says that the classes are a guess where the data set can’t be opened, and how batch norms go', async (t) => {
    const cwd = workFolder(t);
    const stored = { data: { source: 'gone' }, model: { architecture: 'resnet18', width: 0.25 } };
    fs.writeFileSync(
      path.join(cwd, 'run.loupe.json'),
      JSON.stringify({ ...stored, training: { batchNorm: 'stored' } }),
    );
    const { code, stdout } = await runCli(['layers', 'run.loupe.json'], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /^The data set can't be opened, so the last layer is shown for 2 classes: There is no .*gone/);
    assert.match(stdout, /backbone's batch norms use stored statistics, which stay; .*: training\.batchNorm/);
    const { dataProblem, batchNorm } = JSON.parse(
      (await runCli(['layers', 'run.loupe.json', '--json'], { cwd })).stdout,
    );
    assert.deepEqual([/gone/.test(dataProblem), batchNorm], [true, 'stored']);
  });

  it('says which layers train, and writes the phases of gradual unfreezing into the config', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 3);
    const file = path.join(cwd, 'run.loupe.json');
    fs.writeFileSync(file, config);
    const { code, stdout, stderr } = await runCli(['layers', 'run.loupe.json', '--json'], { cwd });
    assert.equal(code, 0, stderr);
    const { architecture, classes, parameters, groups, segments } = JSON.parse(stdout);
    assert.deepEqual([architecture, classes], ['resnet18', 2]);
    assert.deepEqual(
      groups.map(({ name }: { name: string }) => name),
      ['conv1', 'layer1', 'layer2', 'layer3', 'layer4', 'head'],
    );
    const layers = groups.flatMap((group: { layers: { parameters: number }[] }) => group.layers);
    assert.equal(
      layers.reduce((sum: number, one: { parameters: number }) => sum + one.parameters, 0),
      parameters,
    );
    assert.equal(segments.length, 1);
    assert.ok(
      segments[0].trained < parameters && segments[0].frozen.every((name: string) => name.startsWith('layer1.')),
    );

    const text = await runCli(['layers', 'run.loupe.json', '--all'], { cwd });
    assert.match(text.stdout, /layer1 +8 layers +[\d,]+ +○ frozen\n {2}layer1\.0\.conv1 +Conv2D/);
    assert.match(text.stdout, /head +1 layer +[\d,]+ +● trains/);

    const written = await runCli(['layers', 'run.loupe.json', '--unfreeze', '3', '--write', '--json'], { cwd });
    assert.deepEqual([written.code, JSON.parse(written.stdout).written], [0, true]);
    const after = fs.readFileSync(file, 'utf8');
    assert.match(after, /what is written around here stays/);
    const again = JSON.parse((await runCli(['layers', 'run.loupe.json', '--json'], { cwd })).stdout);
    assert.deepEqual(
      again.segments.map(({ epochs, phase }: Record<string, number>) => [phase, epochs]),
      [
        [0, 2],
        [1, 2],
        [2, 2],
      ],
    );
    assert.deepEqual(again.segments[0].freeze, ['layer1.*', 'backbone']);
  });

  it('needs no data set to look at a network, and names a pattern that fits nothing', async (t) => {
    const cwd = workFolder(t);
    fs.writeFileSync(path.join(cwd, 'a.loupe.json'), config.replace('layer1.*', 'layer9.*'));
    const { code, stdout } = await runCli(['layers', 'a.loupe.json', '--json'], { cwd });
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'no-such-layer']);
    const mended = await runCli(['layers', 'a.loupe.json', '--set', 'training.freeze=[]', '--json'], { cwd });
    assert.equal(mended.code, 0, mended.stderr);
    assert.equal((await runCli(['layers', 'a.loupe.json', '--write'], { cwd })).code, 2);
  });
});
