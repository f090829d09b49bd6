import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { seededRandom } from '../../../src/random.ts';
import { mutate, tryWeights, type WeightSample, writeSamples } from '../../weight-fuzz.ts';

const FILES = 360;
const MOST_MEBIBYTES = 600;

describe('weight files with changed bytes', { timeout: 120_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-fuzz-'));
  let engine: Engine;
  let samples: WeightSample[];
  before(async () => {
    engine = await wasmMaker.start({ threads: 1 });
    samples = writeSamples(folder);
  });
  after(async () => {
    await engine.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('are read or refused in words, in every format, within little memory', async () => {
    const random = seededRandom(20);
    const start = process.memoryUsage().rss;
    const outcomes = { read: 0, refused: 0 };
    for (let i = 0; i < FILES; i++) {
      const sample = samples[i % samples.length] as WeightSample;
      const changed = path.join(sample.folder, sample.files[Math.floor(random() * sample.files.length)] as string);
      const bytes = fs.readFileSync(changed);
      fs.writeFileSync(changed, mutate(bytes, random));
      outcomes[await tryWeights(path.join(sample.folder, sample.target), engine)]++;
      fs.writeFileSync(changed, bytes);
    }
    assert.ok(outcomes.read > FILES / 20 && outcomes.refused > FILES / 4, JSON.stringify(outcomes));
    const grown = (process.memoryUsage().rss - start) / 2 ** 20;
    assert.ok(grown < MOST_MEBIBYTES, `${grown} MiB more`);
  });

  it('do no harm to what reads them: the sound ones are still read', async () => {
    for (const { folder: place, target } of samples) {
      assert.equal(await tryWeights(path.join(place, target), engine), 'read');
    }
  });
});
