import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { predictImages } from '../../../src/evaluation/predict.ts';
import { readPredictions } from '../../../src/evaluation/predictions-file.ts';
import { continueRun } from '../../../src/jobs/continue.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { requestStop } from '../../../src/jobs/stop.ts';
import { readResumePoint } from '../../../src/training/checkpoint.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { assertEqualRuns, eventsOf, makeRun, runAndKillAt, runAndStopAt } from './runs.ts';

type Context = Parameters<typeof temporaryFolder>[0];

async function folderWithImages(t: Context, options: Parameters<typeof writeImages>[1] = {}): Promise<string> {
  const folder = temporaryFolder(t);
  await writeImages(path.join(folder, 'images'), options);
  return folder;
}

describe('runTrainJob', () => {
  for (const color of ['grey', 'hsv', 'lab'] as const) {
    it(`a model of ${color} images predicts files as the run did`, async (t) => {
      const folder = await folderWithImages(t);
      const run = makeRun(folder, { engine: 'wasm', input: { color }, training: { epochs: 1 } });
      assert.equal(await runTrainJob(run), 'done');
      const stored = readPredictions(path.join(run, jobFiles.predictions));
      const files = stored.map(({ path: name }) => path.join(folder, 'images', name));
      const { images, labels } = await predictImages(run, files, {
        engine: { name: 'wasm', threads: 1, adapter: '', precision: 'float32' },
        topK: 3,
      });
      assert.equal(images.length, stored.length);
      for (const [i, { probabilities }] of stored.entries()) {
        const image = images[i]!;
        assert.ok('top' in image);
        for (const { label, probability } of image.top) {
          assert.ok(Math.abs(probability - probabilities[labels.indexOf(label)]!) < 1e-5);
        }
      }
    });
  }

  it('trains, saves a model that predicts as the run did, and says what came of it', async (t) => {
    const folder = await folderWithImages(t);
    const run = makeRun(folder, { data: { test: 0.25 }, input: { normalize: 'data-set' }, training: { epochs: 10 } });
    assert.equal(await runTrainJob(run), 'done');
    const summary = readSummary(run);
    assert.equal(summary.state, 'done');
    assert.deepEqual([summary.epoch, summary.epochs, summary.step], [10, 10, 40]);
    assert.ok(summary.validationAccuracy! > 0.6, `validation accuracy ${summary.validationAccuracy}`);
    assert.ok(summary.testAccuracy! > 0.6, `test accuracy ${summary.testAccuracy}`);
    const [plan] = eventsOf(run, 'plan');
    assert.deepEqual([plan!.train, plan!.validation, plan!.test, plan!.stepsPerEpoch], [36, 18, 18, 4]);
    const [done] = eventsOf(run, 'done');
    assert.equal(done!.reason, 'completed');
    const report = JSON.parse(fs.readFileSync(path.join(run, jobFiles.report), 'utf8'));
    assert.equal(report.metrics.testAccuracy, summary.testAccuracy);
    assert.equal(report.validation.images, 18);

    const stored = readPredictions(path.join(run, jobFiles.predictions));
    assert.equal(stored.filter(({ split }) => split === 'validation').length, 18);
    assert.equal(stored.filter(({ split }) => split === 'test').length, 18);
    const files = stored.map(({ path: name }) => path.join(folder, 'images', name));
    const predicted = await predictImages(run, [...files, path.join(folder, 'none.png')], {
      engine: { name: 'cpu', threads: 1, adapter: '', precision: 'float32' },
      topK: 3,
    });
    assert.deepEqual(predicted.labels, ['brick', 'leaf', 'sky']);
    for (const [i, line] of stored.entries()) {
      const image = predicted.images[i]!;
      assert.ok('top' in image);
      assert.equal(image.top[0]?.label, line.predicted);
      for (const { label, probability } of image.top) {
        assert.ok(Math.abs(probability - line.probabilities[predicted.labels.indexOf(label)]!) < 1e-5);
      }
    }
    const missing = predicted.images.at(-1)!;
    assert.ok('skipped' in missing && missing.skipped === 'missing');
  });

  it('is the same run whether it was stopped on the way or not, wherever that was', async (t) => {
    const folder = await folderWithImages(t);
    const training = {
      epochs: 3,
      earlyStopping: { enabled: true, patience: 1, minDelta: 0 },
    };
    const whole = makeRun(folder, { training });
    await runTrainJob(whole);
    const steps = readResumePoint(path.join(whole, jobFiles.lastState))!.progress.step;
    for (const at of [1, 6, 7]) {
      const run = makeRun(folder, { training });
      assert.equal(await runAndStopAt(run, at), 'stopped');
      assert.equal(readSummary(run).state, 'stopped');
      assert.ok(at < steps && readSummary(run).step === at);
      assert.equal(await runTrainJob(run), 'done');
      assertEqualRuns(run, whole);
    }
  });

  it('is the same run after kill −9, with or without a checkpoint', async (t) => {
    const folder = await folderWithImages(t);
    const whole = makeRun(folder);
    await runTrainJob(whole);
    for (const at of [1, 9]) {
      const run = makeRun(folder);
      await runAndKillAt(run, at);
      assert.equal(readSummary(run).state, 'interrupted');
      assert.equal(await runTrainJob(run), 'done');
      assertEqualRuns(run, whole);
    }
  });

  it('continues a finished run with a fresh pass of the schedule', async (t) => {
    const run = makeRun(await folderWithImages(t));
    await runTrainJob(run);
    continueRun(run, 1);
    assert.equal(readSummary(run).state, 'queued');
    assert.equal(await runTrainJob(run), 'done');
    const rates = eventsOf(run, 'step').map(({ learningRate }) => learningRate);
    const steps = rates.length / 3;
    assert.equal(rates[2 * steps], rates[0]);
    assert.deepEqual(
      eventsOf(run, 'epoch').map(({ epoch }) => epoch),
      [1, 2, 3],
    );
    assert.equal(eventsOf(run, 'plan').at(-1)?.epochs, 3);
    assert.equal(eventsOf(run, 'done').at(-1)?.epochs, 3);
  });

  it('stops at the stop file and keeps what it has', async (t) => {
    const run = makeRun(await folderWithImages(t), { training: { epochs: 1000 } });
    const running = runTrainJob(run);
    while (eventsOf(run, 'epoch').length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    fs.writeFileSync(path.join(run, jobFiles.stop), '');
    assert.equal(await running, 'stopped');
    assert.equal(readSummary(run).state, 'stopped');
    assert.ok(readSummary(run).hasModel && readSummary(run).resumable);
    assert.ok(fs.existsSync(path.join(run, jobFiles.predictions)));
    assert.ok(!fs.existsSync(path.join(run, jobFiles.stop)));
  });

  it('does not start a run that was cancelled while it was queued', async (t) => {
    const run = makeRun(await folderWithImages(t));
    requestStop(run);
    assert.equal(await runTrainJob(run), 'stopped');
    assert.equal(readSummary(run).state, 'cancelled');
  });

  it('counts and skips images that are damaged, before and during the run', async (t) => {
    const folder = await folderWithImages(t);
    const images = path.join(folder, 'images');
    fs.writeFileSync(path.join(images, 'leaf', 'empty.png'), '');
    fs.writeFileSync(path.join(images, 'leaf', 'text.png'), 'no image');
    const good = fs.readFileSync(path.join(images, 'sky', '0.png'));
    // Its header is whole, its pixels are not: only decoding finds out.
    fs.writeFileSync(path.join(images, 'sky', 'half.png'), good.subarray(0, good.length / 2));
    const run = makeRun(folder, { training: { epochs: 3 } });
    assert.equal(await runTrainJob(run), 'done');
    const skipped = new Map(eventsOf(run, 'skipped').map((event) => [event.cause, event]));
    assert.equal(skipped.get('empty-file')?.count, 1);
    assert.equal(skipped.get('not-an-image')?.count, 1);
    assert.equal(
      [...skipped.values()].reduce((sum, { count }) => sum + count, 0),
      3,
    );
    assert.ok(eventsOf(run, 'step').every(({ images }) => images === 8));
  });

  it('goes on with its own split when the data changed, and says so', async (t) => {
    const folder = await folderWithImages(t);
    const run = makeRun(folder);
    await runAndStopAt(run, 2);
    const split = fs.readFileSync(path.join(run, jobFiles.split), 'utf8');
    fs.rmSync(path.join(folder, 'images', 'leaf', '3.png'));
    assert.equal(await runTrainJob(run), 'done');
    assert.equal(fs.readFileSync(path.join(run, jobFiles.split), 'utf8'), split);
    const [warning] = eventsOf(run, 'warning').filter(({ code }) => code === 'data-changed');
    assert.match(warning!.message, /1 gone/);
  });

  it('fails with the cause and keeps the last good state when the loss is no number', async (t) => {
    const run = makeRun(await folderWithImages(t), {
      training: {
        epochs: 50,
        // The decay turns every weight's sign and multiplies it by nine, until float32 ends.
        learningRate: 10,
        schedule: { ...defaultConfig.training.schedule, name: 'constant' },
        optimizer: {
          name: 'sgd',
          momentum: 0.9,
          nesterov: false,
          weightDecay: 1,
          beta1: 0.9,
          beta2: 0.999,
          rho: 0.99,
          epsilon: 1e-7,
        },
      },
    });
    assert.equal(await runTrainJob(run), 'failed');
    const summary = readSummary(run);
    assert.equal(summary.state, 'failed');
    assert.match(`${summary.message} ${summary.advice}`, /learning rate/i);
  });

  it('fails with advice when there are no images', async (t) => {
    const folder = temporaryFolder(t);
    fs.mkdirSync(path.join(folder, 'images'));
    const run = makeRun(folder);
    assert.equal(await runTrainJob(run), 'failed');
    assert.ok(readSummary(run).message && readSummary(run).advice);
  });

  it('fails with the setting’s name when job.json was edited into something that can’t be done', async (t) => {
    const folder = await folderWithImages(t);
    const run = makeRun(folder);
    const file = path.join(run, jobFiles.job);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"batchSize": 8', '"batchSize": "eight"'));
    assert.equal(await runTrainJob(run), 'failed');
    assert.match(readSummary(run).message!, /training\.batchSize/);
  });

  it('says so when the run’s folder is removed in mid-run, and does not make it anew', async (t) => {
    const run = makeRun(await folderWithImages(t), { training: { epochs: 1000 } });
    const running = runTrainJob(run);
    while (eventsOf(run, 'step').length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    fs.renameSync(run, `${run}-moved`);
    assert.equal(await running, 'failed');
    assert.ok(!fs.existsSync(run));
  });
});
