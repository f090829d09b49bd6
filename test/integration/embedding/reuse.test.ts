import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { openDataSet } from '../../../src/dataset/open.ts';
import { describeImages } from '../../../src/embedding/embed.ts';
import { sharedData, withoutData } from '../../shared-data.ts';
import { makeImages, runCli, workFolder } from '../cli/run-cli.ts';

const small = ['weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors'];
const engine = ['--engine', 'wasm', '--threads', '1'];

describe('embeddings', () => {
  it('are computed once an image; of ten that were added, ten', async (t) => {
    const cwd = workFolder(t);
    const folder = path.join(cwd, 'data');
    let computed = 0;
    const describeAll = async () => {
      const data = await openDataSet(folder, {});
      computed = 0;
      const found = await describeImages(
        {
          key: 'mean-of-the-pixels',
          size: 1,
          preprocess: { width: 16, height: 16, color: 'rgb', resize: 'crop' },
          describe: ({ pixels, size }) => {
            computed += size;
            const each = pixels.length / size;
            return Float32Array.from({ length: size }, (_, i) => {
              return pixels.subarray(i * each, (i + 1) * each).reduce((sum, one) => sum + one, 0) / each;
            });
          },
        },
        data,
        { cacheFolder: path.join(cwd, 'embeddings') },
      );
      return { ...found, images: data.images.length };
    };
    await makeImages(folder, 12);
    const first = await describeAll();
    assert.deepEqual([first.images, first.cached, computed], [24, 0, 24]);
    const again = await describeAll();
    assert.deepEqual([again.cached, computed], [24, 0]);
    assert.deepEqual(again.features, first.features);
    await makeImages(folder, 17);
    const more = await describeAll();
    assert.deepEqual([more.images, more.cached, computed], [34, 24, 10]);
    // What has moved is known by its content.
    fs.renameSync(path.join(folder, 'blue'), path.join(folder, 'azure'));
    assert.deepEqual([(await describeAll()).cached, computed], [34, 0]);
  });

  it('serve cleaning and its map, neighbours and probe, SVM and first run, whoever computed them', {
    skip: withoutData(...small),
  }, async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 12, 64);
    const run = async (verb: string, ...more: string[]) => {
      const given = [verb, 'data', '--weights', sharedData(...small), '--json', ...engine, ...more];
      const { code, stdout, stderr } = await runCli(given, { cwd });
      assert.equal(code, 0, `${verb}: ${stderr}`);
      return JSON.parse(stdout);
    };
    const first = await run('embed', '--size', '64');
    assert.deepEqual([first.images, first.cached], [24, 0]);
    const baseline = await run('baseline', '--size', '64');
    assert.deepEqual([baseline.images, baseline.cached], [24, 24]);
    const { algorithms } = (await run('which', '--size', '64')).comparison;
    assert.ok(algorithms.some(({ name }: { name: string }) => name.startsWith('svm')));
    assert.ok(algorithms.every((one: { describeMs: unknown }) => one.describeMs === null));
    const { report } = await run('issues', '--size', '64');
    const described = report.steps.find(({ step }: { step: string }) => step === 'embed');
    assert.equal(described.kept, true);
    const started = await run('start', '--no-train');
    assert.equal(started.plan.side, 64);
    const cache = path.join(cwd, 'cache', 'embeddings');
    const [records] = fs.readdirSync(cache).filter((name) => name.endsWith('-1280'));
    assert.equal(fs.readdirSync(cache).filter((name) => name.endsWith('-1280')).length, 1, 'one kind of features');
    const bytes = fs
      .readdirSync(path.join(cache, records as string))
      .reduce((sum, name) => sum + fs.statSync(path.join(cache, records as string, name)).size, 0);
    assert.equal(bytes, 24 * (1280 * 4 + 20), 'each image once, with a line in the index');
  });
});
