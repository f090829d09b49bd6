import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { jobFiles } from '../../../src/jobs/job.ts';
import { modelFiles } from '../../../src/models/save.ts';
import { type AugmentConfig, defaultAugment } from '../../../src/training/config-augment.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { countedEvents, eventsOf, makeRun, runAndKillAt, runAndStopAt } from './runs.ts';

const everything: AugmentConfig = {
  ...structuredClone(defaultAugment),
  flip: { horizontal: 0.5, vertical: 0.5 },
  policy: { name: 'trivial-augment', operations: 2, magnitude: 9 },
};
for (const value of Object.values(everything)) {
  if (typeof value === 'object' && 'probability' in value) value.probability = 0.5;
}

/** Sets a run's augmentation before it begins. */
function augmented(folder: string, augment: AugmentConfig, input = {}): string {
  const run = makeRun(folder, { input });
  const file = path.join(run, jobFiles.job);
  const job = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...job, config: { ...job.config, augment } }));
  return run;
}

const weightsOf = (run: string) => fs.readFileSync(path.join(run, jobFiles.model, modelFiles.weights));

describe('a run with every augmentation on', () => {
  it('gives the same numbers again, after a stop and after kill −9', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'));
    const runs = [1, 2, 3].map(() => augmented(folder, everything));
    const [whole, stopped, killed] = runs as [string, string, string];
    assert.equal(await runTrainJob(whole), 'done');
    assert.equal(await runAndStopAt(stopped, 3), 'stopped');
    assert.equal(await runTrainJob(stopped), 'done');
    await runAndKillAt(killed, 8);
    assert.equal(await runTrainJob(killed), 'done');
    assert.ok(countedEvents(whole).length > 10);
    for (const run of [stopped, killed]) {
      assert.deepEqual(countedEvents(run), countedEvents(whole));
      assert.ok(weightsOf(run).equals(weightsOf(whole)));
    }
  });

  it('learns from soft labels, validates on plain images, and its report and events say what was done', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'));
    const mixUp = { probability: 1, alpha: 1 };
    const plain = augmented(folder, defaultAugment);
    const mixed = augmented(folder, { ...defaultAugment, mixUp });
    for (const run of [plain, mixed]) assert.equal(await runTrainJob(run), 'done');
    const [firstPlain] = eventsOf(plain, 'step');
    const [firstMixed] = eventsOf(mixed, 'step');
    assert.notEqual(firstMixed!.loss, firstPlain!.loss);
    const report = JSON.parse(fs.readFileSync(path.join(mixed, jobFiles.report), 'utf8'));
    assert.deepEqual(report.augmentation, ['MixUp, α 1']);
    assert.deepEqual(JSON.parse(fs.readFileSync(path.join(plain, jobFiles.report), 'utf8')).augmentation, []);
    const [inputs] = eventsOf(mixed, 'inputs');
    assert.deepEqual(
      inputs!.channels.map(({ name }) => name),
      ['red', 'green', 'blue'],
    );
    assert.ok(inputs!.channels.every(({ min, mean, max }) => min >= 0 && min < mean && mean < max && max <= 1));
  });

  it('trains in Lab, and its contract says so', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'));
    const run = augmented(folder, everything, { color: 'lab', normalize: 'data-set' });
    assert.equal(await runTrainJob(run), 'done');
    const contract = JSON.parse(fs.readFileSync(path.join(run, jobFiles.model, modelFiles.preprocess), 'utf8'));
    assert.equal(contract.color, 'lab');
    assert.equal(contract.normalization.mean.length, 3);
    assert.ok(eventsOf(run, 'epoch').every(({ validationLoss }) => Number.isFinite(validationLoss)));
  });

  it('warns before the first step of images that were divided by 255 before they were saved', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'), { levels: 1 });
    const run = augmented(folder, defaultAugment);
    await runTrainJob(run);
    const codes = eventsOf(run, 'warning').map(({ code }) => code);
    assert.ok(codes.includes('input-already-scaled'), codes.join());
  });
});
