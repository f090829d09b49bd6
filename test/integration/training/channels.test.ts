import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { makeThumbnail } from '../../../src/dataset/thumbnail.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { parseOnnx } from '../../../src/models/frozen/onnx-file.ts';
import { readContract } from '../../../src/models/save.ts';
import type { PairDetail, Verdict } from '../../../src/protocol/compare.ts';
import { mixSeed, seededRandom } from '../../../src/random.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { tiffOf } from '../../unit/images/tiff.ts';
import { runCli } from '../cli/run-cli.ts';
import { temporaryFolder } from './images.ts';
import { eventsOf, makeRun, type TestConfig } from './runs.ts';

const side = 12;
const common = ['--engine', 'wasm', '--threads', '1', '--json'];
const training = { epochs: 10, learningRate: 0.01 };

/** White pictures of two classes: what is transparent, the middle or the edge, is all that tells them apart. */
async function writeTransparent(root: string, each: number): Promise<void> {
  for (const [label, name] of ['middle', 'edge'].entries()) {
    fs.mkdirSync(path.join(root, name), { recursive: true });
    for (let i = 0; i < each; i++) {
      const random = seededRandom(mixSeed(label, i));
      const pixels = new Uint8Array(side * side * 4).fill(255);
      for (let at = 0; at < side * side; at++) {
        const fromMiddle = Math.max(
          ...[at % side, Math.floor(at / side)].map((place) => Math.abs(place - (side - 1) / 2)),
        );
        const isIn = fromMiddle < side / 3 === (label === 0);
        pixels[at * 4 + 3] = Math.floor((isIn ? 0 : 120) + random() * 130);
      }
      await sharp(pixels, { raw: { width: side, height: side, channels: 4 } })
        .png()
        .toFile(path.join(root, name, `${i}.png`));
    }
  }
}

/** Noise in five bands of 16 bits up to 4,000; the last one is higher in one class. */
function writeBands(root: string, each: number): void {
  for (const [label, name] of ['dry', 'wet'].entries()) {
    fs.mkdirSync(path.join(root, name), { recursive: true });
    for (let i = 0; i < each; i++) {
      const random = seededRandom(mixSeed(label + 5, i));
      const values = Array.from({ length: side * side * 5 }, (_, at) => {
        const isTelling = at % 5 === 4;
        return Math.floor((isTelling && label === 1 ? 1800 : 800) + random() * 2000);
      });
      const file = tiffOf({ width: side, height: side, bands: 5, bits: 16, values });
      fs.writeFileSync(path.join(root, name, `${i}.tif`), file);
    }
  }
  fs.writeFileSync(
    path.join(root, 'dry', 'grey.tif'),
    tiffOf({ width: 2, height: 2, bands: 1, bits: 8, values: [1, 2, 3, 4] }),
  );
}

async function accuracyOf(folder: string, config: TestConfig): Promise<{ run: string; accuracy: number }> {
  const run = makeRun(folder, config);
  assert.equal(await runTrainJob(run), 'done');
  return { run, accuracy: eventsOf(run, 'epoch').at(-1)?.validationAccuracy ?? 0 };
}

describe('images of other channels than colours', { timeout: 240_000 }, () => {
  it('transparency is trained on, told in preprocess.json, evaluated, predicted, looked at and exported', async (t) => {
    const folder = temporaryFolder(t);
    await writeTransparent(path.join(folder, 'images'), 40);
    const input = { width: side, height: side, color: 'rgba' as const };
    const { run, accuracy } = await accuracyOf(folder, { engine: 'wasm', input, training });
    assert.ok(accuracy >= 0.9, `${accuracy}`);
    const { preprocess } = readContract(path.join(run, jobFiles.model));
    assert.deepEqual([preprocess.color, preprocess.normalization.mean.length], ['rgba', 4]);
    assert.deepEqual(
      eventsOf(run, 'inputs')[0]?.channels.map(({ name }) => name),
      ['red', 'green', 'blue', 'alpha'],
    );

    const evaluated = await runCli(['evaluate', run, 'images', ...common], { cwd: folder });
    assert.ok(JSON.parse(evaluated.stdout).report.metrics.accuracy.value >= 0.9, evaluated.stderr);
    const file = path.join('images', 'middle', '0.png');
    const predicted = await runCli(['predict', run, file, '--tta', 'augment', ...common], { cwd: folder });
    assert.equal(JSON.parse(predicted.stdout).images[0].top[0].label, 'middle', predicted.stderr);
    const looked = await runCli(['saliency', run, file, '--out', 'seen', ...common], { cwd: folder });
    assert.equal(looked.code, 0, looked.stderr);
    const exported = await runCli(['export', run, '--format', 'onnx', '--out', 'a.onnx', '--json'], { cwd: folder });
    assert.equal(exported.code, 0, exported.stderr);
    assert.deepEqual(parseOnnx(fs.readFileSync(JSON.parse(exported.stdout).path)).inputs[0]?.shape.at(-1), 4);
  });

  it('without its transparency the same data set is a guess', async (t) => {
    const folder = temporaryFolder(t);
    await writeTransparent(path.join(folder, 'images'), 20);
    const { accuracy } = await accuracyOf(folder, {
      engine: 'wasm',
      input: { width: side, height: side },
      training: { epochs: 3 },
    });
    assert.ok(accuracy <= 0.6, `${accuracy}`);
  });

  it('runs with and without transparency are compared on the same images', async (t) => {
    const folder = temporaryFolder(t);
    await writeTransparent(path.join(folder, 'images'), 40);
    const runs: string[] = [];
    for (const [color, seed] of [
      ['rgb', 42],
      ['rgba', 42],
      ['rgba', 43],
    ] as const) {
      const input = { width: side, height: side, color };
      runs.push((await accuracyOf(folder, { engine: 'wasm', input, training, seed })).run);
    }
    const [colors = '', transparent = '', again = ''] = runs;
    const compare = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(['compare', ...args, '--json'], { cwd: folder });
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout) as { differences: string[]; verdicts: Verdict[]; detail?: PairDetail };
    };

    const { differences, verdicts, detail } = await compare(colors, transparent, '--images', '3');
    assert.deepEqual(differences, ['input.color']);
    assert.equal(verdicts[0]?.verdict, 'better');
    assert.equal(verdicts[0]?.figures?.images, 20);
    assert.ok((verdicts[0]?.figures?.metrics.accuracy?.difference ?? 0) >= 0.3);
    assert.equal(detail?.won.length, 3);
    assert.ok(detail.won.every((image) => fs.existsSync(image.path) && image.predictedB === image.label));

    const pooled = await compare(colors, transparent, again);
    assert.equal(pooled.verdicts.length, 1);
    assert.equal(pooled.verdicts[0]?.runs.length, 2, 'the two differ in their seed only');
  });

  it('all bands are trained on with the largest value that is said; files of other bands are counted', async (t) => {
    const folder = temporaryFolder(t);
    const images = path.join(folder, 'images');
    writeBands(images, 40);
    const input = {
      width: side,
      height: side,
      color: 'bands' as const,
      bands: 5,
      bandMaximum: 4000,
      normalize: 'data-set' as const,
    };
    const { run, accuracy } = await accuracyOf(folder, { engine: 'wasm', input, training });
    assert.ok(accuracy >= 0.9, `${accuracy}`);
    const { preprocess } = readContract(path.join(run, jobFiles.model));
    assert.deepEqual(
      [preprocess.color, preprocess.bands, preprocess.bandMaximum, preprocess.normalization.std.length],
      ['bands', 5, 4000, 5],
    );
    const skipped = eventsOf(run, 'skipped').find(({ cause }) => cause === 'unsupported');
    assert.match(JSON.stringify(skipped), /It has 1 bands, and input.bands is 5/);
    const predicted = await runCli(['predict', run, path.join(images, 'wet'), ...common], { cwd: folder });
    const { images: found } = JSON.parse(predicted.stdout) as { images: { top: { label: string }[] }[] };
    assert.ok(found.filter(({ top }) => top[0]?.label === 'wet').length >= 36);
    const picture = await makeThumbnail({ path: path.join(images, 'wet', '0.tif'), side: 64 });
    assert.deepEqual((await sharp(picture).stats()).channels.length, 3);
  });

  it('a run that would change colours of bands is refused before its first step', async (t) => {
    const folder = temporaryFolder(t);
    writeBands(path.join(folder, 'images'), 6);
    const run = makeRun(folder, { engine: 'wasm', input: { width: side, height: side, color: 'bands', bands: 5 } });
    const file = path.join(run, jobFiles.job);
    const job = JSON.parse(fs.readFileSync(file, 'utf8'));
    job.config.augment.hue.probability = 0.5;
    fs.writeFileSync(file, JSON.stringify(job));
    await runTrainJob(run);
    assert.match(JSON.stringify(eventsOf(run, 'status').at(-1)), /augment.hue changes colours/);
  });
});
