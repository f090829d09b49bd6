import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const config = `{
  "data": { "source": "images" }, // two classes
  "input": { "width": 8, "height": 8 },
  "model": { "width": 0.25 },
  "training": { "batchSize": 4 },
  "engine": { "name": "wasm", "threads": 1 }
}
`;

async function workspace(t: TestContext): Promise<string> {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 100);
  fs.writeFileSync(path.join(cwd, 'two.loupe.json'), config);
  return cwd;
}

describe('loupe batch-size', () => {
  it('finds one with real steps and writes it into the config', async (t) => {
    const cwd = await workspace(t);
    const { code, stdout, stderr } = await runCli(['batch-size', 'two.loupe.json', '--write', '--json'], { cwd });
    assert.equal(code, 0, stderr);
    const { chosen, trials, end, images, engine } = JSON.parse(stdout);
    assert.deepEqual([images, engine.name], [160, 'wasm']);
    // With 32 an epoch of 160 images would have five steps.
    assert.ok(end === 'data' || end === 'slower', end);
    assert.ok(trials.every((trial: { stepMs: number; memory: number }) => trial.stepMs > 0 && trial.memory > 1e7));
    assert.ok([8, 16].includes(chosen.batchSize), String(chosen.batchSize));
    const written = fs.readFileSync(path.join(cwd, 'two.loupe.json'), 'utf8');
    assert.equal(written, config.replace('"batchSize": 4', `"batchSize": ${chosen.batchSize}`));
  });

  it('tells people what it found and why it went no further; a folder has no config to write', async (t) => {
    const cwd = await workspace(t);
    const { code, stdout } = await runCli(
      ['batch-size', 'images', '-s', 'input.width=8', '-s', 'input.height=8', '-s', 'engine.name=wasm'],
      { cwd },
    );
    assert.equal(code, 0);
    assert.match(stdout, /^Batch size (8|16) on WebAssembly \(CPU, .*\)\. (With a larger one|Larger ones are)/);
    const refused = await runCli(['batch-size', 'images', '--write'], { cwd });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--write needs a config file/);
  });
});
