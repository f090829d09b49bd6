import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readSummary } from '../../../src/jobs/list.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { skip, useTensorFlow } from '../tensorflow/support.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { assertEqualRuns, eventsOf, makeRun, runAndStopAt, type TestConfig } from './runs.ts';

const settings: TestConfig = {
  engine: 'tensorflow',
  input: { width: 16, height: 16, normalize: 'data-set' },
  training: { epochs: 6, batchSize: 16, learningRate: 0.01 },
};

describe('a run in mixed precision', { skip, timeout: 180_000 }, () => {
  it('is as accurate as in float32, and resumed equals uninterrupted', async (t) => {
    useTensorFlow();
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'), { each: 120 });
    const full = makeRun(folder, settings);
    const [mixed, resumed] = [0, 1].map(() => makeRun(folder, { ...settings, precision: 'mixed' })) as [string, string];
    for (const run of [full, mixed]) assert.equal(await runTrainJob(run), 'done');
    const [f32, bf16] = [full, mixed].map((run) => readSummary(run).validationAccuracy as number) as [number, number];
    const [loss, mixedLoss] = [full, mixed].map((run) => eventsOf(run, 'epoch').at(-1)!.loss) as [number, number];
    t.diagnostic(`accuracy ${f32} in float32, ${bf16} mixed; loss ${loss} and ${mixedLoss}`);
    assert.ok(Math.abs(loss - mixedLoss) < 0.02 + 0.1 * loss, `loss ${loss} and ${mixedLoss}`);
    assert.ok(f32 > 0.9, `${f32}`);
    // 90 images are validated: three of them.
    assert.ok(Math.abs(f32 - bf16) <= 3 / 90 + 1e-9, `${f32} in float32, ${bf16} mixed`);

    const off = eventsOf(mixed, 'warning').some(({ message }) => message.startsWith('Mixed precision is off'));
    const losses = (run: string) => eventsOf(run, 'step').map(({ loss }) => loss);
    assert.equal(
      losses(full).every((loss, i) => loss === losses(mixed)[i]),
      off,
    );
    assert.equal(await runAndStopAt(resumed, 30), 'stopped');
    assert.equal(await runTrainJob(resumed), 'done');
    assertEqualRuns(resumed, mixed);
  });

  it('on an engine that has none the run computes in float32 and says so', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'));
    const run = makeRun(folder, { engine: 'wasm', precision: 'mixed', training: { epochs: 1 } });
    assert.equal(await runTrainJob(run), 'done');
    assert.deepEqual(
      eventsOf(run, 'warning')
        .filter(({ code }) => code === 'engine')
        .map(({ message }) => message),
      ['Mixed precision is off: only the tensorflow engine has it. The run computes in float32.'],
    );
  });
});
