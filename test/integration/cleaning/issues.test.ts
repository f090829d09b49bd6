import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runIssuesJob } from '../../../src/cleaning/job/run.ts';
import { readPredictions } from '../../../src/evaluation/predictions-file.ts';
import { createIssuesJob, issuesFiles, readIssuesReport } from '../../../src/jobs/issues-job.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { runFolders } from '../../../src/jobs/list.ts';
import { requestStop } from '../../../src/jobs/stop.ts';
import { defaultThresholds, type Finding, findingKinds } from '../../../src/protocol/findings.ts';
import { defaultIssuesSettings, type IssuesReport, type IssuesSettings } from '../../../src/protocol/issues.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { sharedData, withoutData } from '../../shared-data.ts';
import { type Copy, copies, drawPicture, put } from './pictures.ts';

const weights = sharedData('weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors');
const without = withoutData('weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors');
const classes = { red: 0, green: 120, blue: 240 };
const PER_CLASS = 24;

describe('loupe issues', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-issues-'));
  const source = path.join(root, 'data');
  const cache = process.env.LOUPE_CACHE;

  before(async () => {
    process.env.LOUPE_CACHE = path.join(root, 'cache');
    for (const [at, [name, hue]] of Object.entries(classes).entries()) {
      for (let i = 0; i < PER_CLASS; i++) {
        await put(source, `${i % 4 === 0 ? 'test' : 'train'}/${name}/${i}.png`, drawPicture(1000 * at + i, hue));
      }
    }
    // Wrong labels: green pictures among the red ones.
    for (const i of [1, 2]) await put(source, `train/red/wrong-${i}.png`, drawPicture(5000 + i, classes.green));
    // A leak with another label, and copies of one picture.
    await put(source, 'test/blue/leaked.png', drawPicture(1, classes.red));
    const original = await drawPicture(2005, classes.blue);
    for (const kind of Object.keys(copies) as Copy[]) {
      await put(
        source,
        `train/blue/copy-${kind}.${kind === 'recoded' ? 'jpg' : 'png'}`,
        copies[kind](original).toBuffer(),
      );
    }
    fs.writeFileSync(path.join(source, 'train', 'red', 'broken.png'), 'no picture');
  });
  after(() => {
    if (cache === undefined) delete process.env.LOUPE_CACHE;
    else process.env.LOUPE_CACHE = cache;
    fs.rmSync(root, { recursive: true, force: true });
  });

  const settings = (change: Partial<IssuesSettings>): IssuesSettings => ({
    ...defaultIssuesSettings,
    kinds: [...findingKinds],
    thresholds: defaultThresholds,
    side: 64,
    folds: 3,
    ...change,
  });
  const create = (change: Partial<IssuesSettings>) =>
    createIssuesJob({
      source,
      workspace: root,
      settings: settings(change),
      engine: { ...defaultConfig.engine, name: 'wasm' },
    });
  const findingsOf = (folder: string, kind: string) =>
    fs
      .readFileSync(path.join(folder, issuesFiles.findings), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Finding)
      .filter((finding) => finding.kind === kind)
      .map(({ images }) => images.map((image) => image.path).sort());

  describe('with a pretrained network', { skip: without }, () => {
    let folder: string;
    let report: IssuesReport;
    before(async () => {
      folder = create({ weights });
      assert.equal(await runIssuesJob(folder), 'done');
      report = readIssuesReport(folder) as IssuesReport;
    });

    it('finds every copy of a picture, and calls no other pictures copies', () => {
      const near = findingsOf(folder, 'near-duplicate').map((pair) => pair.join(' '));
      for (const kind of Object.keys(copies)) {
        const copy = `train/blue/copy-${kind}.${kind === 'recoded' ? 'jpg' : 'png'}`;
        assert.ok(
          near.includes(`train/blue/5.png ${copy}`) || near.includes(`${copy} train/blue/5.png`),
          `${kind}: ${near}`,
        );
      }
      const family = (name: string) => name === 'train/blue/5.png' || name.includes('copy-');
      assert.deepEqual(
        findingsOf(folder, 'near-duplicate')
          .flat()
          .filter((name) => !family(name)),
        [],
      );
      assert.deepEqual(findingsOf(folder, 'exact-duplicate'), [['test/blue/leaked.png', 'train/red/1.png']]);
    });

    it('finds the leak with its other label, and says what it does to accuracy', () => {
      const pair = [['test/blue/leaked.png', 'train/red/1.png']];
      assert.deepEqual(findingsOf(folder, 'split-leak'), pair);
      assert.deepEqual(findingsOf(folder, 'conflicting-labels'), pair);
      const [leak] = report.leaks;
      assert.deepEqual([leak?.split, leak?.images], ['test', 1]);
      // The probe has learnt the other label of that very picture.
      assert.ok((leak?.accuracyWithout ?? 0) > (leak?.accuracy ?? 1));
    });

    it('finds the wrong labels', () => {
      const found = findingsOf(folder, 'label').flat();
      for (const i of [1, 2]) assert.ok(found.includes(`train/red/wrong-${i}.png`), `${found}`);
      assert.ok(report.labels && report.labels.noise > 0.01 && report.labels.noise < 0.3);
    });

    it('counts what can’t be read, and keeps the probabilities with the images', () => {
      assert.equal(report.counts.unreadable, 1);
      const lines = readPredictions(path.join(folder, jobFiles.predictions));
      assert.equal(lines.length, report.images);
      for (const line of lines) assert.ok(Math.abs(line.probabilities.reduce((sum, p) => sum + p, 0) - 1) < 1e-4);
    });

    it('takes over what it knows the next time, with the same result', async () => {
      const again = create({ weights });
      assert.equal(await runIssuesJob(again), 'done');
      const second = readIssuesReport(again) as IssuesReport;
      const kept = second.steps.filter((step) => step.kept).map(({ step }) => step);
      for (const step of ['measure', 'embed', 'neighbours', 'duplicates', 'labels', 'map'] as const) {
        assert.ok(kept.includes(step), `${step} was made anew`);
      }
      assert.deepEqual(second.counts, report.counts);
      const text = (of: string) => fs.readFileSync(path.join(of, issuesFiles.findings), 'utf8');
      assert.equal(text(again), text(folder));
    });

    it('asks the network itself too, trained further on half of the images at a time, the same every time', async () => {
      const judged = async () => {
        const tuned = create({ weights, tune: true, map: 'none' });
        assert.equal(await runIssuesJob(tuned), 'done');
        const { labels, steps, images } = readIssuesReport(tuned) as IssuesReport;
        assert.match(labels?.how ?? '', /^3-fold probe on mobilenet-v2 .* and 2 trainings of it/);
        const lines = readPredictions(path.join(tuned, jobFiles.predictions));
        assert.equal(lines.length, images);
        return { folder: tuned, lines, isKept: steps.find(({ step }) => step === 'train')?.kept };
      };
      const first = await judged();
      assert.equal(first.isKept, false);
      const alone = readPredictions(path.join(folder, jobFiles.predictions));
      assert.notDeepEqual(first.lines, alone);
      // Classes by their names' order: blue, green, red.
      const names = Object.keys(classes).sort();
      const ranked = first.lines.map(({ path: name, label, probabilities }) => ({
        name,
        p: probabilities[names.indexOf(label)] as number,
      }));
      const worst = ranked.sort((a, b) => a.p - b.p).slice(0, 10);
      for (const i of [1, 2]) assert.ok(worst.some(({ name }) => name === `train/red/wrong-${i}.png`));
      const second = await judged();
      assert.equal(second.isKept, true);
      assert.deepEqual(second.lines, first.lines);
      const store = path.join(root, 'cache', 'issues');
      for (const name of fs.readdirSync(store)) if (name.startsWith('tuned-')) fs.rmSync(path.join(store, name));
      const anew = await judged();
      assert.equal(anew.isKept, false);
      assert.deepEqual(anew.lines, first.lines);
    });

    it('judges by the probe alone where the network can’t be trained further', async () => {
      const small = create({ map: 'none' });
      assert.equal(await runIssuesJob(small), 'done');
      const trainings = path.join(small, issuesFiles.trainings, 'fold-1');
      const [run = ''] = runFolders(trainings);
      const tuned = create({ weights: run, tune: true, map: 'none' });
      assert.equal(await runIssuesJob(tuned), 'done');
      const { labels, notes } = readIssuesReport(tuned) as IssuesReport;
      assert.match(labels?.how ?? '', /^3-fold probe on (?!.*trainings)/);
      assert.ok(notes.some((note) => note.includes("can't be trained further")));
    });

    it('stops when asked to and goes on later', async () => {
      const stopped = create({ weights });
      requestStop(stopped);
      assert.equal(await runIssuesJob(stopped), 'stopped');
      fs.rmSync(path.join(stopped, jobFiles.stop));
      assert.equal(await runIssuesJob(stopped), 'done');
    });
  });

  it('needs no network for pixels', async () => {
    const folder = create({ embeddings: false });
    assert.equal(await runIssuesJob(folder), 'done');
    const report = readIssuesReport(folder) as IssuesReport;
    assert.deepEqual([report.labels, report.map, report.network], [null, null, null]);
    const near = findingsOf(folder, 'near-duplicate').flat();
    for (const kind of ['resized', 'recoded', 'brighter']) {
      assert.ok(
        near.some((name) => name.includes(kind)),
        kind,
      );
    }
  });

  it('trains small networks on the images where there is no other', async () => {
    const folder = create({ map: 'pca' });
    assert.equal(await runIssuesJob(folder), 'done');
    const report = readIssuesReport(folder) as IssuesReport;
    assert.match(report.labels?.how ?? '', /3 trainings of a small-cnn/);
    assert.equal(report.labels?.images, report.images);
    assert.ok(report.notes.some((note) => note.includes('loupe zoo get')));
  });
});
