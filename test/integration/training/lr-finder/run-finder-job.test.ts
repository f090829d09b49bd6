import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createFinder, type FinderOrigin } from '../../../../src/jobs/finder-job.ts';
import { readFinderSummary } from '../../../../src/jobs/finder-tracker.ts';
import { jobFiles } from '../../../../src/jobs/job.ts';
import { readSummary } from '../../../../src/jobs/list.ts';
import { readJob } from '../../../../src/jobs/read.ts';
import { defaultSweep, type LrFinderReport, type SweepSettings } from '../../../../src/protocol/lr-finder.ts';
import { readResumePoint } from '../../../../src/training/checkpoint.ts';
import { defaultConfig } from '../../../../src/training/config.ts';
import { runFinderJob } from '../../../../src/training/lr-finder/run-finder-job.ts';
import { runTrainJob } from '../../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from '../images.ts';
import { countedEvents, eventsOf, makeRun as makeRunOn, runAndStopAt, type TestConfig } from '../runs.ts';

type Context = Parameters<typeof temporaryFolder>[0];

async function folderWithImages(t: Context): Promise<string> {
  const folder = temporaryFolder(t);
  await writeImages(path.join(folder, 'images'));
  return folder;
}

const makeRun = (folder: string, config: TestConfig = {}) => makeRunOn(folder, { engine: 'wasm', ...config });

/** A finder for the config of a run, which is itself only taken as origin where `from` says so. */
function makeFinder(run: string, sweep: Partial<SweepSettings> = {}, from: FinderOrigin['kind'] = 'data'): string {
  const { config, base } = readJob(run);
  return createFinder(path.join(run, '..', '..', 'lr-finder'), {
    config,
    base,
    sweep: { ...defaultSweep, steps: 40, seeds: 2, ...sweep },
    origin: { kind: from, path: from === 'run' ? run : base },
  });
}

function reportOf(finder: string): LrFinderReport {
  return JSON.parse(fs.readFileSync(path.join(finder, jobFiles.report), 'utf8')) as LrFinderReport;
}

/** Every file of a folder with a hash of its bytes. */
function contentsOf(folder: string): Record<string, string> {
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), createHash('sha256').update(fs.readFileSync(file)).digest('hex')];
    }),
  );
}

async function find(t: Context, config: TestConfig, sweep: Partial<SweepSettings>): Promise<LrFinderReport> {
  const folder = await folderWithImages(t);
  const finder = makeFinder(makeRun(folder, config), sweep);
  assert.equal(await runFinderJob(finder), 'done');
  return reportOf(finder);
}

describe('runFinderJob', () => {
  it('sweeps once a seed, and says in events and report what it found', async (t) => {
    const folder = await folderWithImages(t);
    const finder = makeFinder(makeRun(folder, { input: { normalize: 'data-set' } }));
    assert.equal(await runFinderJob(finder), 'done');
    const report = reportOf(finder);
    const points = eventsOf(finder, 'lr-point');
    assert.deepEqual(
      report.sweeps.map(({ seed }) => seed),
      [42, 43],
    );
    for (const [at, sweep] of report.sweeps.entries()) {
      const own = points.filter((point) => point.sweep === at);
      assert.deepEqual(
        own.map(({ smoothed }) => smoothed),
        sweep.smoothed,
      );
      assert.ok(sweep.end === 'completed' ? own.length === 40 : own.length < 40);
    }
    assert.notDeepEqual(report.sweeps[0]!.losses, report.sweeps[1]!.losses);
    assert.deepEqual(eventsOf(finder, 'lr-verdict')[0]!.verdict, report.verdict);
    const summary = readFinderSummary(finder);
    assert.equal(summary.state, 'done');
    assert.equal(summary.done, points.length);
    assert.equal(summary.total, points.length);
    await assert.rejects(runFinderJob(finder), { code: 'already-begun' });
  });

  it('begins with the batches and weights with which the training begins, and gives the same numbers each time', async (t) => {
    const folder = await folderWithImages(t);
    const run = makeRun(folder);
    const [first, second] = [makeFinder(run), makeFinder(run)];
    await runFinderJob(first);
    await runFinderJob(second);
    const curves = (finder: string) => reportOf(finder).sweeps.map((sweep) => ({ ...sweep, seconds: 0 }));
    assert.deepEqual(curves(first), curves(second));
    await runTrainJob(run);
    assert.equal(reportOf(first).sweeps[0]!.losses[0], eventsOf(run, 'step')[0]!.loss);
  });

  it('looks at a run from its checkpoint and leaves no trace in it', async (t) => {
    const folder = await folderWithImages(t);
    const config = { input: { normalize: 'data-set' as const }, training: { epochs: 3 } };
    const whole = makeRun(folder, config);
    await runTrainJob(whole);
    const run = makeRun(folder, config);
    assert.equal(await runAndStopAt(run, 8), 'stopped');
    const before = contentsOf(run);
    const finder = makeFinder(run, {}, 'run');
    assert.equal(await runFinderJob(finder), 'done');
    assert.deepEqual(contentsOf(run), before);
    assert.deepEqual(reportOf(finder).checkpoint, { step: 8, epoch: 1 });
    assert.equal(
      fs.readFileSync(path.join(finder, jobFiles.split), 'utf8'),
      fs.readFileSync(path.join(run, jobFiles.split), 'utf8'),
    );

    assert.equal(await runTrainJob(run), 'done');
    assert.deepEqual(countedEvents(run), countedEvents(whole));
    const state = (of: string) => readResumePoint(path.join(of, jobFiles.lastState))!.state;
    assert.deepEqual(state(run), state(whole));
    // The loss of its first iteration is that of the step which the run took next: same weights, same images, same dropout.
    assert.equal(reportOf(finder).sweeps[0]!.losses[0], eventsOf(run, 'step').find(({ step }) => step === 9)!.loss);
  });

  it('looks at a run that has not begun as at a fresh model', async (t) => {
    const folder = await folderWithImages(t);
    const run = makeRun(folder);
    const finder = makeFinder(run, { seeds: 1 }, 'run');
    await runFinderJob(finder);
    assert.equal(reportOf(finder).checkpoint, null);
    assert.deepEqual(Object.keys(contentsOf(run)), [jobFiles.job]);
    assert.equal(readSummary(run).state, 'queued');
  });

  it('keeps what there is when it is stopped', async (t) => {
    const folder = await folderWithImages(t);
    const finder = makeFinder(makeRun(folder), { steps: 2000 });
    const controller = new AbortController();
    const events = path.join(finder, jobFiles.events);
    const watch = setInterval(() => {
      if (fs.existsSync(events) && fs.readFileSync(events, 'utf8').split('lr-point').length > 20) controller.abort();
    }, 5);
    t.after(() => clearInterval(watch));
    assert.equal(await runFinderJob(finder, { signal: controller.signal }), 'stopped');
    const [sweep] = reportOf(finder).sweeps;
    assert.equal(sweep!.end, 'stopped');
    assert.ok(sweep!.rates.length >= 20 && sweep!.rates.length < 2000);
    assert.equal(readFinderSummary(finder).state, 'stopped');
  });

  it('takes several batches for an update where gradients are accumulated', async (t) => {
    const report = await find(t, { training: { accumulate: 2 } }, { seeds: 1, steps: 20 });
    assert.equal(report.sweeps[0]!.losses.length, 20);
  });

  it('looks at the phase that a run is in: its size, its batches, its frozen layers', async (t) => {
    const folder = await folderWithImages(t);
    const phase = { epochs: 1, size: 0, batchSize: 0, learningRate: 0, freeze: [] as string[] };
    const training = {
      optimizer: { ...defaultConfig.training.optimizer, name: 'sgd' as const },
      phases: [
        { ...phase, size: 16 },
        { ...phase, batchSize: 4, epochs: 2 },
      ],
    };
    const run = makeRun(folder, { training });
    const fresh = makeFinder(run, { seeds: 1, steps: 20 });
    await runFinderJob(fresh);
    assert.equal(eventsOf(fresh, 'lr-plan')[0]!.images, 8);
    assert.equal(await runAndStopAt(run, 10), 'stopped');
    const before = contentsOf(run);
    const later = makeFinder(run, { seeds: 1, steps: 20 }, 'run');
    assert.equal(await runFinderJob(later), 'done');
    assert.equal(eventsOf(later, 'lr-plan')[0]!.images, 4);
    assert.deepEqual(contentsOf(run), before);
    await runTrainJob(run);
    assert.equal(reportOf(later).sweeps[0]!.losses[0], eventsOf(run, 'step').find(({ step }) => step === 11)!.loss);
  });

  it('works on a frozen network: only what is trained moves, and the curve is another', async (t) => {
    const folder = await folderWithImages(t);
    const frozen = makeFinder(makeRun(folder, { training: { freeze: ['stem.*', 'stage*'] } }), { seeds: 1 });
    const whole = makeFinder(makeRun(folder), { seeds: 1 });
    assert.equal(await runFinderJob(frozen), 'done');
    assert.equal(await runFinderJob(whole), 'done');
    assert.notDeepEqual(reportOf(frozen).sweeps[0]!.losses, reportOf(whole).sweeps[0]!.losses);
  });

  for (const [cause, sweep, config] of [
    ['flat', { start: 1e-12, end: 1e-9 }, {}],
    ['not-finite', { start: 1e20, end: 1e30 }, {}],
    ['diverged', { start: 0.5, end: 1e4 }, {}],
    // One image at a time, at rates that throw the network from one class to the next.
    ['noisy', { start: 0.01, end: 0.05, steps: 60 }, { training: { batchSize: 1 } }],
  ] as [string, Partial<SweepSettings>, TestConfig][]) {
    it(`has no rate to suggest: ${cause}`, async (t) => {
      const { verdict } = await find(t, config, sweep);
      assert.ok(!verdict.usable, JSON.stringify(verdict));
      assert.equal(verdict.cause, cause, verdict.message);
    });
  }

  it('says what is wrong with the data or the settings', async (t) => {
    const folder = temporaryFolder(t);
    const finder = makeFinder(makeRun(folder));
    assert.equal(await runFinderJob(finder), 'failed');
    assert.match(readFinderSummary(finder).message ?? '', /images/);
    assert.throws(() => makeFinder(makeRun(folder), { start: 1, end: 0.1 }), { code: 'bad-sweep' });
    assert.throws(() => makeFinder(makeRun(folder), { steps: 3 }), { code: 'bad-sweep' });
    assert.throws(() => readFinderSummary(makeRun(folder)), { code: 'not-a-finder' });
    assert.throws(() => readJob(finder), { code: 'not-a-run' });
  });
});
