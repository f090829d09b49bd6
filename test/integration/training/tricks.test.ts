import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { continueRun } from '../../../src/jobs/continue.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { readContract } from '../../../src/models/save.ts';
import { readBestPoint, readResumePoint } from '../../../src/training/checkpoint.ts';
import { defaultConfig, defaultEntries, type PhaseConfig, type ScheduleConfig } from '../../../src/training/config.ts';
import type { RunReport } from '../../../src/training/report.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { skip as noTensorFlow, useTensorFlow } from '../tensorflow/support.ts';
import { temporaryFolder, writeImages } from './images.ts';
import {
  assertEqualRuns,
  countedEvents,
  eventsOf,
  makeRun,
  runAndKillAt,
  runAndStopAt,
  type TestConfig,
} from './runs.ts';

type Context = Parameters<typeof temporaryFolder>[0];

async function folderWithImages(t: Context): Promise<string> {
  const folder = temporaryFolder(t);
  await writeImages(path.join(folder, 'images'));
  return folder;
}

function schedule(change: Partial<ScheduleConfig>): ScheduleConfig {
  return { ...defaultConfig.training.schedule, ...change };
}

function phase(change: Partial<PhaseConfig>): PhaseConfig {
  return { ...defaultEntries['training.phases'], ...change };
}

const report = (run: string) => JSON.parse(fs.readFileSync(path.join(run, jobFiles.report), 'utf8')) as RunReport;
const snapshotsOf = (run: string) =>
  eventsOf(run, 'checkpoint').flatMap(({ which, folder }) => (which === 'snapshot' ? [folder as string] : []));

/** Every trick that this loop knows, at once. */
const everything: TestConfig = {
  engine: 'wasm',
  model: {
    architecture: 'resnet18',
    width: 0.125,
    depth: 0.25,
    activation: 'swish',
    dropout: 0.3,
    stochasticDepth: 0.3,
  },
  training: {
    schedule: schedule({ name: 'sgdr', cycles: 2, warmUp: 0.5, endFactor: 0.1 }),
    loss: { name: 'focal', labelSmoothing: 0.1, focalGamma: 1 },
    clip: { norm: 1, value: 0.5 },
    accumulate: 2,
    ema: 0.9,
    classWeights: { name: 'effective-number', beta: 0.9 },
    sampling: 'over',
    layerRates: [{ layers: 'layer1.*', factor: 0.5 }],
    earlyStopping: { enabled: true, patience: 50, minDelta: 0.001 },
    checkpoints: { metric: 'macro-f1', keepEvery: 2 },
    phases: [
      phase({ epochs: 2, size: 8, batchSize: 6, freeze: ['conv1', 'bn1'] }),
      phase({ epochs: 2, size: 12, learningRate: 0.005 }),
    ],
  },
};

describe('a run with every trick on', { timeout: 300_000 }, () => {
  for (const [engine, skip] of [
    ['wasm', false],
    ['tensorflow', noTensorFlow],
  ] as const) {
    it(`repeats itself, and resumed equals uninterrupted, in every phase (${engine})`, { skip }, async (t) => {
      if (engine === 'tensorflow') useTensorFlow();
      const folder = await folderWithImages(t);
      const config = { ...everything, engine };
      const whole = makeRun(folder, config);
      assert.equal(await runTrainJob(whole), 'done');
      const { step } = readResumePoint(path.join(whole, jobFiles.lastState))!.progress;
      const boundary = eventsOf(whole, 'phase')[1]!.step;
      assert.ok(boundary > 0 && boundary < step);
      const again = makeRun(folder, config);
      assert.equal(await runTrainJob(again), 'done');
      assertEqualRuns(again, whole);
      for (const at of engine === 'wasm' ? [3, boundary, boundary + 1] : [boundary + 1]) {
        const run = makeRun(folder, config);
        assert.equal(await runAndStopAt(run, at), 'stopped');
        assert.equal(await runTrainJob(run), 'done');
        assertEqualRuns(run, whole);
        assert.deepEqual([...new Set(snapshotsOf(run))].sort(), [...new Set(snapshotsOf(whole))].sort());
      }
    });
  }

  it('is the same run after kill −9 in its second phase', async (t) => {
    const folder = await folderWithImages(t);
    const config = everything;
    const whole = makeRun(folder, config);
    await runTrainJob(whole);
    const run = makeRun(folder, config);
    await runAndKillAt(run, eventsOf(whole, 'phase')[1]!.step + 2);
    assert.equal(readSummary(run).state, 'interrupted');
    assert.equal(await runTrainJob(run), 'done');
    assertEqualRuns(run, whole);
  });
});

describe('progressive resizing', () => {
  it('carries the weights over, tells the phases and their cost, and ends with a model of the last size', async (t) => {
    const folder = await folderWithImages(t);
    const phases = [
      phase({ epochs: 2, size: 8, batchSize: 6 }),
      phase({ epochs: 3, size: 16, batchSize: 9, learningRate: 0.002, freeze: ['stem.*'] }),
    ];
    const run = makeRun(folder, {
      engine: 'wasm',
      input: { width: 16, height: 16 },
      training: { phases, schedule: schedule({ name: 'cosine' }) },
    });
    assert.equal(await runTrainJob(run), 'done');
    const told = eventsOf(run, 'phase').map(({ phase: at, width, batchSize, epoch, step, frozen }) => [
      at,
      width,
      batchSize,
      epoch,
      step,
      frozen,
    ]);
    assert.deepEqual(told, [
      [1, 8, 6, 0, 0, []],
      [2, 16, 9, 2, 18, ['stem.conv', 'stem.bn']],
    ]);
    assert.deepEqual(
      eventsOf(run, 'epoch').map(({ phase: at }) => at),
      [1, 1, 2, 2, 2],
    );
    assert.equal(eventsOf(run, 'step')[18]?.learningRate, 0.002);
    const [plan] = eventsOf(run, 'plan');
    assert.deepEqual([plan!.epochs, plan!.steps, plan!.stepsPerEpoch], [5, 2 * 9 + 3 * 6, 9]);
    const summary = readSummary(run);
    assert.deepEqual([summary.epochs, summary.steps, summary.step], [5, 36, 36]);
    assert.ok(summary.bestEpoch! >= 3, 'the best of the last phase is what is saved');
    const { preprocess } = readContract(path.join(run, jobFiles.model));
    assert.deepEqual([preprocess.width, preprocess.height], [16, 16]);
    const { phases: costs, cost } = report(run);
    assert.deepEqual(
      costs!.map(({ width, batchSize, images, pixels }) => [width, batchSize, images, pixels]),
      [
        [8, 6, 108, 108 * 64],
        [16, 9, 162, 162 * 256],
      ],
    );
    assert.deepEqual(cost, { images: 270, pixels: 108 * 64 + 162 * 256 });
    assert.ok(costs!.every(({ seconds }) => seconds > 0));
    continueRun(run, 1);
    assert.equal(await runTrainJob(run), 'done');
    assert.equal(eventsOf(run, 'epoch').at(-1)?.phase, 2);
    assert.equal(eventsOf(run, 'phase').length, 2, 'a continuation goes on with the last phase');
  });

  it('keeps the model of the first phase when it is stopped before the second has ended an epoch', async (t) => {
    const folder = await folderWithImages(t);
    const phases = [phase({ epochs: 1, size: 8 }), phase({ epochs: 2, size: 16 })];
    const run = makeRun(folder, { engine: 'wasm', input: { width: 16, height: 16 }, training: { phases } });
    assert.equal(await runAndStopAt(run, 8), 'stopped');
    assert.equal(eventsOf(run, 'phase').length, 2);
    assert.equal(readContract(path.join(run, jobFiles.model)).preprocess.width, 8);
    assert.equal(await runTrainJob(run), 'done');
    assert.equal(readContract(path.join(run, jobFiles.model)).preprocess.width, 16);
  });

  it('fails with the pattern’s name where no layer is called so', async (t) => {
    const run = makeRun(await folderWithImages(t), { training: { freeze: ['stme.*'] } });
    assert.equal(await runTrainJob(run), 'failed');
    assert.match(readSummary(run).message!, /stme/);
  });

  it('fails before the first step where a later phase can’t be trained', async (t) => {
    const folder = await folderWithImages(t);
    for (const [second, says] of [
      [{ freeze: ['stme.*'] }, /stme/],
      [{ size: 2 }, /2 × 2 pixels are too few/],
    ] as const) {
      const phases = [
        phase({ epochs: 1 }),
        phase({ epochs: 1, ...second, freeze: [...('freeze' in second ? second.freeze : [])] }),
        phase({}),
      ];
      const run = makeRun(folder, { engine: 'wasm', input: { width: 32, height: 32 }, training: { phases } });
      assert.equal(await runTrainJob(run), 'failed');
      assert.match(readSummary(run).message!, says);
      assert.equal(eventsOf(run, 'step').length, 0);
    }
  });
});

describe('snapshots', () => {
  it('are taken at each minimum of sgdr and can be loaded as models', async (t) => {
    const training = { epochs: 7, schedule: schedule({ name: 'sgdr', cycles: 3, cycleFactor: 2 }) };
    const run = makeRun(await folderWithImages(t), { training });
    await runTrainJob(run);
    const perEpoch = eventsOf(run, 'plan')[0]!.stepsPerEpoch;
    const names = [1, 3, 7].map((epochs) => `snapshots/step-${String(epochs * perEpoch).padStart(8, '0')}`);
    assert.deepEqual(snapshotsOf(run), names);
    const steps = eventsOf(run, 'step');
    for (const name of names) {
      const folder = path.join(run, name);
      const info = JSON.parse(fs.readFileSync(path.join(folder, 'snapshot.json'), 'utf8')) as {
        why: string;
        step: number;
      };
      assert.equal(info.why, 'cycle');
      const rates = [steps[info.step - 1]!.learningRate, steps[info.step]?.learningRate ?? 0.01];
      assert.ok(rates[0]! < 0.01 * rates[1]! + 0.003, 'the rate is lowest where the snapshot is taken');
      assert.deepEqual(readContract(folder).labels, ['brick', 'leaf', 'sky']);
    }
    const last = readResumePoint(path.join(run, jobFiles.lastState))!.state.weights;
    const bytes = Buffer.concat(last.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
    assert.ok(fs.readFileSync(path.join(run, names[2]!, 'weights.bin')).equals(bytes));
  });

  it('are kept every so many epochs, with what was measured of them', async (t) => {
    const run = makeRun(await folderWithImages(t), {
      training: { epochs: 5, checkpoints: { metric: 'balanced-accuracy', keepEvery: 2 } },
    });
    await runTrainJob(run);
    const infos = snapshotsOf(run).map((name) =>
      JSON.parse(fs.readFileSync(path.join(run, name, 'snapshot.json'), 'utf8')),
    );
    assert.deepEqual(
      infos.map(({ why, epoch, result }) => [why, epoch, result.epoch]),
      [
        ['epoch', 2, 2],
        ['epoch', 4, 4],
      ],
    );
    const best = readBestPoint(path.join(run, jobFiles.bestState))!.result;
    const scores = eventsOf(run, 'epoch').map(({ balancedAccuracy }) => balancedAccuracy!);
    assert.equal(best.epoch, scores.indexOf(Math.max(...scores)) + 1);
  });
});

describe('plateau', () => {
  it('drops when nothing improves, and a resumed run drops where the whole one did', async (t) => {
    const folder = await folderWithImages(t);
    const training = { epochs: 6, schedule: schedule({ name: 'plateau', patience: 1, minDelta: 100, factor: 0.5 }) };
    const whole = makeRun(folder, { training });
    await runTrainJob(whole);
    const rates = [...new Set(eventsOf(whole, 'step').map(({ learningRate }) => learningRate))];
    assert.deepEqual(rates, [0.01, 0.005, 0.0025, 0.00125, 0.000625]);
    const run = makeRun(folder, { training });
    await runAndStopAt(run, 20);
    await runTrainJob(run);
    assertEqualRuns(run, whole);
  });
});

describe('a time budget', () => {
  it('ends on time with the schedule finished, and plans the epochs it has room for', async (t) => {
    const seconds = 3;
    const training = { epochs: 1, timeBudget: seconds / 60, schedule: schedule({ name: 'cosine' }) };
    const run = makeRun(await folderWithImages(t), { training, engine: 'wasm' });
    const started = performance.now();
    assert.equal(await runTrainJob(run), 'done');
    const [done] = eventsOf(run, 'done');
    assert.equal(done!.reason, 'completed');
    // Exact ends are for the tests with a clock of their own: here other work may slow the last steps.
    assert.ok(done!.seconds < seconds * 4, `${done!.seconds} s of ${seconds}`);
    assert.ok(performance.now() - started < 60_000);
    const steps = eventsOf(run, 'step');
    assert.ok(steps.length > 20, `${steps.length} steps`);
    const rates = steps.map(({ learningRate }) => learningRate);
    assert.equal(rates[0], 0.01);
    assert.ok(rates.at(-1)! < 0.005, `the last rate is ${rates.at(-1)}`);
    assert.ok(rates.every((rate, i) => i === 0 || rate <= rates[i - 1]!));
    const summary = readSummary(run);
    assert.deepEqual([summary.epoch, summary.epochs, summary.state], [done!.epochs, done!.epochs, 'done']);
    continueRun(run, 2);
    assert.equal(await runTrainJob(run), 'done');
    assert.equal(eventsOf(run, 'done').at(-1)?.epochs, done!.epochs + 2, 'a continuation has its own epochs');
  });

  it('is shared by the processes that work on a run', async (t) => {
    const run = makeRun(await folderWithImages(t), { training: { timeBudget: 4 / 60 }, engine: 'wasm' });
    await runAndStopAt(run, 10);
    assert.equal(await runTrainJob(run), 'done');
    assert.ok(eventsOf(run, 'done').at(-1)!.seconds < 16);
    const shares = countedEvents(run).length;
    assert.ok(shares > 10);
  });
});

describe('momentum', () => {
  it('is moved by one-cycle and told with every step', async (t) => {
    const run = makeRun(await folderWithImages(t), { training: { epochs: 2 } });
    await runTrainJob(run);
    const momenta = eventsOf(run, 'step').map(({ momentum }) => momentum!);
    assert.equal(momenta[0], 0.95);
    assert.ok(Math.abs(Math.min(...momenta) - 0.85) < 0.01);
  });
});
