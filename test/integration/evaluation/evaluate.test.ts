import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { readEvaluationReport } from '../../../src/assess/evaluation-files.ts';
import { makeOverlays } from '../../../src/assess/make-overlays.ts';
import { makeEnsemble, makeSoup } from '../../../src/assess/make-predictor.ts';
import { memberAt, memberOfRun } from '../../../src/assess/members.ts';
import { runEvaluationJob } from '../../../src/assess/run-evaluation.ts';
import { predictImages } from '../../../src/evaluation/predict.ts';
import { PredictSession } from '../../../src/evaluation/predict-session.ts';
import { readPredictions } from '../../../src/evaluation/predictions-file.ts';
import { weightsKey, writeCalibration } from '../../../src/evaluation/predictor/calibration-file.ts';
import { noViews, readSubject } from '../../../src/evaluation/predictor/spec.ts';
import {
  createEvaluation,
  defaultIntervals,
  EvaluationTracker,
  listEvaluations,
  type NewEvaluation,
} from '../../../src/jobs/evaluation-job.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import type { EvaluatedImages, EvaluationReport } from '../../../src/protocol/evaluation.ts';
import type { EngineConfig } from '../../../src/training/config.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { writeImages } from '../training/images.ts';
import { makeRun } from '../training/runs.ts';

/** Name → bytes of every array of a model folder. */
function readArrays(folder: string): Map<string, Buffer> {
  const { weightsManifest } = JSON.parse(fs.readFileSync(path.join(folder, 'model.json'), 'utf8')) as {
    weightsManifest: { weights: { name: string; shape: number[] }[] }[];
  };
  const bytes = fs.readFileSync(path.join(folder, 'weights.bin'));
  let offset = 0;
  return new Map(
    weightsManifest.flatMap(({ weights }) =>
      weights.map(({ name, shape }): [string, Buffer] => {
        const start = offset;
        offset += 4 * shape.reduce((product, size) => product * size, 1);
        return [name, bytes.subarray(start, offset)];
      }),
    ),
  );
}

/** float32 sums in another order: a training's validation batches are not a prediction's. */
const CLOSE = 2e-6;
const engine: EngineConfig = { name: 'wasm', threads: 1, adapter: '', precision: 'float32' };
const wanted: NewEvaluation = {
  target: { kind: 'split', split: 'validation' },
  views: noViews,
  engine,
  intervals: { ...defaultIntervals, samples: 100 },
  k: 2,
};

describe('evaluating a run', { timeout: 240_000 }, () => {
  let folder = '';
  let run = '';
  let second = '';

  before(async () => {
    folder = fs.mkdtempSync(path.join(process.env.TMPDIR ?? '/tmp', 'loupe-evaluate-'));
    await writeImages(path.join(folder, 'images'));
    run = makeRun(folder, { engine: 'wasm', data: { test: 0.25 }, training: { epochs: 3 } });
    second = makeRun(folder, { engine: 'wasm', data: { test: 0.25 }, training: { epochs: 2 } });
    assert.equal(await runTrainJob(run), 'done');
    assert.equal(await runTrainJob(second), 'done');
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function evaluate(subject: string, change: Partial<NewEvaluation> = {}) {
    const evaluation = createEvaluation(subject, { ...wanted, ...change });
    assert.equal(await runEvaluationJob(evaluation), 'done', stateOf(evaluation));
    return { evaluation, report: readEvaluationReport(evaluation) as EvaluationReport };
  }

  function stateOf(evaluation: string): string {
    const { summary } = new EvaluationTracker(evaluation).refreshWithEvents();
    return `${summary.state}: ${summary.message}`;
  }

  const storedOf = (split: string) =>
    readPredictions(path.join(run, jobFiles.predictions)).filter((line) => line.split === split);

  for (const split of ['validation', 'test'] as const) {
    test(`parity: ${split} probabilities of training, evaluate and predict are the same`, async () => {
      const { evaluation, report } = await evaluate(run, { target: { kind: 'split', split } });
      const stored = storedOf(split);
      const again = readPredictions(path.join(evaluation, jobFiles.predictions));
      assert.ok(stored.length >= 10);
      assert.deepEqual(
        again.map(({ path: file }) => file),
        stored.map(({ path: file }) => file),
      );
      const files = stored.map((line) => path.join(folder, 'images', line.path));
      const predicted = await predictImages(run, files, { engine, topK: 3, batchSize: 7 });
      stored.forEach((line, i) => {
        const image = predicted.images[i];
        assert.ok(image && 'top' in image);
        predicted.labels.forEach((label, k) => {
          const trained = line.probabilities[k] as number;
          const evaluated = again[i]?.probabilities[k] as number;
          const own = image.top.find((entry) => entry.label === label)?.probability as number;
          assert.ok(Math.abs(trained - evaluated) <= CLOSE, `${line.path}: ${trained} and ${evaluated}`);
          assert.ok(Math.abs(trained - own) <= CLOSE, `${line.path}: ${trained} and ${own}`);
        });
      });
      const { metrics } = JSON.parse(fs.readFileSync(path.join(run, jobFiles.report), 'utf8'));
      const name = split === 'validation' ? 'validation' : 'test';
      assert.equal(report.metrics.accuracy.value, metrics[`${name}Accuracy`]);
      assert.ok(Math.abs((report.metrics.logLoss.value as number) - metrics[`${name}Loss`]) < 1e-5);
    });
  }

  test('the report and the images beside it belong together', async () => {
    const { evaluation, report } = await evaluate(run, { target: { kind: 'split', split: 'test' } });
    const images = JSON.parse(fs.readFileSync(path.join(evaluation, 'images.json'), 'utf8')) as EvaluatedImages;
    assert.equal(images.path.length, report.images);
    assert.equal(images.slices.length, report.slices.length);
    for (const [i, members] of images.slices.entries()) assert.equal(members.length, report.slices[i]?.images);
    const wrong = images.label.filter((label, i) => label !== images.predicted[i]).length;
    assert.ok(Math.abs((report.metrics.accuracy.value as number) - (1 - wrong / report.images)) < 1e-12);
    const worst = report.worst.map((at) => images.labelProbability[at] as number);
    assert.deepEqual(
      worst,
      worst.toSorted((a, b) => a - b),
    );
    assert.equal(report.temperature?.fittedOn, 'validation');
    assert.equal(report.used.members.length, 1);
    assert.match(report.used.members[0]?.weights ?? '', /^[0-9a-f]{64}$/);
    assert.ok(listEvaluations(run).includes(evaluation));
    assert.match(stateOf(evaluation), /^done/);
  });

  test('a folder: classes by name, unknown ones told, damaged files counted', async () => {
    const other = path.join(folder, 'elsewhere');
    for (const name of ['sky', 'zebra']) fs.mkdirSync(path.join(other, name), { recursive: true });
    for (const [i, color] of ['#5a8cd2', '#4a7cc2', '#6a9ce2'].entries()) {
      const image = sharp({ create: { width: 20, height: 12, channels: 3, background: color } }).png();
      await image.toFile(path.join(other, 'sky', `${i}.png`));
    }
    fs.copyFileSync(path.join(other, 'sky', '0.png'), path.join(other, 'zebra', 'z.png'));
    fs.writeFileSync(path.join(other, 'sky', 'bad.png'), 'no image');
    const { report } = await evaluate(run, { target: { kind: 'folder', source: other } });
    assert.equal(report.images, 3);
    assert.deepEqual(report.used.unknownClasses, [{ name: 'zebra', images: 1 }]);
    assert.equal(
      report.used.skipped.reduce((sum, { count }) => sum + count, 0),
      1,
    );
    assert.equal(report.used.data.split, null);
    assert.equal(report.perClass[report.classes.indexOf('brick')]?.recall.value, null);
    assert.equal(report.metrics.rocAucMacro.value, null, 'one class only');
  });

  test('a folder of strangers only is refused with what to do', async () => {
    const strangers = path.join(folder, 'strangers');
    fs.mkdirSync(path.join(strangers, 'zebra'), { recursive: true });
    fs.copyFileSync(path.join(folder, 'images', 'sky', '0.png'), path.join(strangers, 'zebra', '0.png'));
    const evaluation = createEvaluation(run, { ...wanted, target: { kind: 'folder', source: strangers } });
    assert.equal(await runEvaluationJob(evaluation), 'failed');
    assert.match(stateOf(evaluation), /no image of a class that .* knows/);
    assert.equal(readEvaluationReport(evaluation), null);
  });

  for (const name of ['flip', 'ten-crop', 'augment', 'augment-mean'] as const) {
    test(`views: ${name} tells what it costs and gains, and is the same again`, async () => {
      const views = { name, count: 3, seed: 0 };
      const first = await evaluate(run, { views });
      const again = await evaluate(run, { views });
      const read = (evaluation: string) => fs.readFileSync(path.join(evaluation, jobFiles.predictions), 'utf8');
      assert.equal(read(first.evaluation), read(again.evaluation));
      const plain = first.report.alternatives.find((entry) => entry.name === 'without views');
      assert.equal(plain?.passes, 1);
      assert.equal(first.report.cost.passes, name === 'flip' ? 2 : name === 'ten-crop' ? 10 : 4);
      assert.ok(first.report.cost.predictSeconds > (plain?.predictSeconds ?? Number.POSITIVE_INFINITY));
    });
  }

  test('ensembles: mean of two runs is the mean of their probabilities, wherever a run stands', async () => {
    const members = [run, second].map((member, i) => ({ ...memberOfRun(member, `run ${i}`), weight: 1 }));
    const request = {
      predictorsFolder: path.join(folder, '.loupe', 'predictors'),
      name: 'both',
      members,
      views: noViews,
    };
    const predictor = makeEnsemble({ ...request, combine: 'mean' });
    const { evaluation, report } = await evaluate(predictor);
    const other = (await evaluate(second)).evaluation;
    const rows = [run, other].map((place) =>
      readPredictions(path.join(place, jobFiles.predictions)).filter(({ split }) => split === 'validation'),
    );
    readPredictions(path.join(evaluation, jobFiles.predictions)).forEach((line, i) => {
      line.probabilities.forEach((value, k) => {
        const mean = ((rows[0]?.[i]?.probabilities[k] as number) + (rows[1]?.[i]?.probabilities[k] as number)) / 2;
        assert.ok(Math.abs(value - mean) < 1e-5);
      });
    });
    assert.deepEqual(
      report.alternatives.map((entry) => entry.name),
      ['run 0 alone', 'run 1 alone'],
    );
    assert.equal(report.used.subject.kind, 'predictor');
    const image = path.join(folder, 'images', 'sky', '0.png');
    const predicted = await predictImages(predictor, [image], { engine });
    assert.ok(predicted.images[0] && 'top' in predicted.images[0]);
    const moved = readSubject(predictor).members[0]?.folder;
    assert.equal(moved, run, 'paths come back absolute');
  });

  test('a predictor whose run was trained further says so', async () => {
    const members = [{ ...memberOfRun(run, 'a'), weight: 1 }];
    const predictor = makeEnsemble({
      predictorsFolder: path.join(folder, '.loupe', 'predictors'),
      name: 'one',
      members,
      views: { name: 'flip', count: 0, seed: 0 },
      combine: 'mean',
    });
    const file = path.join(predictor, 'predictor.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"hash": "[0-9a-f]{8}/, '"hash": "00000000'));
    await assert.rejects(PredictSession.open(predictor, { engine }), { code: 'weights-changed' });
  });

  test('soup: weights averaged, batch-norm statistics measured on training images', async () => {
    const request = {
      predictorsFolder: path.join(folder, '.loupe', 'predictors'),
      views: noViews,
      combine: 'mean' as const,
    };
    const best = { ...(memberAt(path.join(run, jobFiles.bestState)) ?? assert.fail()), weight: 1 };
    const last = { ...(memberAt(path.join(run, jobFiles.lastState)) ?? assert.fail()), weight: 1 };
    const soup = await makeSoup({ ...request, name: 'soup', members: [best, last] }, { engine, images: 24 });
    assert.equal(soup.images, 24);
    const { report } = await evaluate(soup.folder);
    assert.equal(report.used.combine, 'single');
    assert.ok((report.metrics.accuracy.value as number) > 0.3);
    assert.equal(readSubject(soup.folder).averagedFrom?.length, 2);
    const whole = fs.readFileSync(path.join(soup.folder, 'model', 'weights.bin'));
    assert.equal(whole.length, fs.readFileSync(path.join(run, 'model', 'weights.bin')).length);
    const same = await makeSoup({ ...request, name: 'same', members: [best, best] }, { engine, images: 24 });
    const [before, after] = [path.join(run, 'model'), path.join(same.folder, 'model')].map(readArrays);
    for (const [name, values] of before ?? []) {
      const kept = /moving_/.test(name) ? 'measured anew' : 'as they were';
      assert.equal(Buffer.compare(values, after?.get(name) ?? Buffer.alloc(0)) === 0, kept === 'as they were', name);
    }
    await assert.rejects(makeSoup({ ...request, name: 'none', members: [best] }, { engine, images: 8 }), {
      code: 'too-few-members',
    });
  });

  test('a kept temperature is used by predict for these weights only', async () => {
    const image = path.join(folder, 'images', 'leaf', '0.png');
    const session = await PredictSession.open(run, { engine });
    const hashes = session.classifier.members.map(({ weightsHash }) => weightsHash);
    await session.close();
    const saved = { version: 1 as const, temperature: 4, fittedOn: 'validation', images: 9 };
    const file = writeCalibration(run, { ...saved, weights: weightsKey(hashes, readSubject(run)) });
    const top = async (calibrated: boolean) => {
      const { images, temperature } = await predictImages(run, [image], { engine, calibrated });
      return { temperature, sure: images[0] && 'top' in images[0] ? images[0].top[0]?.probability : undefined };
    };
    const tempered = await top(true);
    const plain = await top(false);
    assert.deepEqual([tempered.temperature, plain.temperature], [4, null]);
    assert.ok((tempered.sure as number) < (plain.sure as number));
    writeCalibration(run, { ...saved, weights: 'others' });
    assert.equal((await top(true)).temperature, null);
    fs.rmSync(file);
  });

  for (const method of ['grad-cam', 'occlusion'] as const) {
    test(`saliency: ${method} draws a picture an image, and counts what it can't read`, async () => {
      const session = await PredictSession.open(run, { engine });
      const out = path.join(folder, method);
      try {
        const bad = path.join(folder, 'bad.jpg');
        fs.writeFileSync(bad, 'x');
        const files = ['sky', 'leaf'].map((name) => path.join(folder, 'images', name, '0.png'));
        const made = await makeOverlays(session, [...files, bad], { folder: out, method, label: null, opacity: 0.7 });
        assert.deepEqual(
          made.map((entry) => 'file' in entry),
          [true, true, false],
        );
        assert.deepEqual(fs.readdirSync(out).sort(), ['0-2.png', '0.png']);
        const { width, height } = await sharp(path.join(out, '0.png')).metadata();
        assert.deepEqual([width, height], [224, 224], 'the eight pixels that the network sees, enlarged');
        const options = { folder: out, method, label: 'unicorn', opacity: 1 };
        await assert.rejects(makeOverlays(session, files, options), { code: 'no-such-class' });
      } finally {
        await session.close();
      }
    });
  }
});
