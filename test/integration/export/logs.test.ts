import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exportRun } from '../../../src/export/export-run.ts';
import { readMlflow } from '../../../src/interop/foreign/mlflow.ts';
import { readTensorBoard as readTensorBoardRun } from '../../../src/interop/foreign/tensorboard.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { Problem } from '../../../src/problem.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { pythonPeer } from '../../python-peers.ts';
import { temporaryFolder, writeImages } from '../training/images.ts';
import { eventsOf, makeRun, runAndKillAt, runAndStopAt } from '../training/runs.ts';

const python = pythonPeer();
const skip = fs.existsSync(python) ? false : 'no Python peers; make them with: node test/tools/python-peers.ts';

interface Read {
  scalars: Record<string, [step: number, value: number][]>;
  texts: Record<string, string>;
  hparams: Record<string, string | number | boolean>;
  ends: number[];
}

function readTensorBoard(folder: string): Read {
  const script = path.join(import.meta.dirname, 'read_events.py');
  const output = execFileSync(python, [script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Read;
}

const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));

describe('logs for other tools', { timeout: 180_000 }, () => {
  let run = '';
  let root = '';
  const cleanUps: (() => void)[] = [];

  before(async () => {
    root = temporaryFolder({ after: (done) => cleanUps.push(done) });
    await writeImages(path.join(root, 'images'));
    run = makeRun(root, { training: { epochs: 3 }, data: { test: 0.1 }, logging: { mlflow: true } });
    await runAndStopAt(run, 4);
    await runAndKillAt(run, 12);
    assert.equal(await runTrainJob(run), 'done');
  });
  after(() => {
    for (const done of cleanUps) done();
  });

  const tensorboard = () => path.join(run, jobFiles.tensorboard);

  it('one event file, however often the run was stopped, killed and resumed', () => {
    const names = fs.readdirSync(tensorboard());
    assert.equal(names.length, 1);
    assert.match(names[0] ?? '', /^events\.out\.tfevents\.\d{10}\..*\.loupe$/);
  });

  describe('TensorBoard reads', { skip }, () => {
    let read: Read;
    before(() => {
      read = readTensorBoard(tensorboard());
    });

    it('each step once, with what it measured', () => {
      const steps = new Map(eventsOf(run, 'step').map((event) => [event.step, event]));
      const loss = read.scalars['train/loss'] ?? [];
      assert.deepEqual(
        loss.map(([step]) => step),
        [...steps.keys()].sort((a, b) => a - b),
      );
      for (const [step, value] of loss) assert.ok(near(value, steps.get(step)?.loss ?? Number.NaN), `step ${step}`);
      for (const tag of ['train/accuracy', 'train/learning_rate', 'train/images_per_second']) {
        assert.equal(read.scalars[tag]?.length, loss.length, tag);
      }
    });

    it('each epoch, by epoch', () => {
      const epochs = eventsOf(run, 'epoch');
      const validation = read.scalars['epoch/validation_loss'] ?? [];
      assert.deepEqual(
        validation.map(([step]) => step),
        [1, 2, 3],
      );
      const last = epochs.at(-1);
      assert.ok(near(validation.at(-1)?.[1] ?? 0, last?.validationLoss ?? Number.NaN));
      assert.ok(read.scalars['epoch/macro_f1']);
    });

    it('the figures on the test images, the settings and the model card', () => {
      const [done] = eventsOf(run, 'done').slice(-1);
      assert.ok(near(read.scalars['test/accuracy']?.[0]?.[1] ?? -1, done?.metrics.testAccuracy ?? Number.NaN));
      assert.equal(read.hparams['training.epochs'], 3);
      assert.equal(read.hparams['engine.name'], 'cpu');
      assert.equal(read.hparams['training.optimizer.nesterov'], false);
      assert.deepEqual(read.ends, [1]);
      assert.match(read.texts.config ?? '', /"learningRate": 0\.01/);
      assert.match(read.texts.model_card ?? '', /^# [\s\S]*## Limits/);
    });

    it('a running TensorBoard shows it among the workspace’s runs', async () => {
      const port = await freePort();
      const runs = path.join(root, '.loupe', 'runs');
      const arguments_ = ['-m', 'tensorboard.main', '--logdir', runs, '--host', '127.0.0.1', '--port', String(port)];
      const server = spawn(python, arguments_, { stdio: 'ignore' });
      try {
        const tags = await poll(async () => {
          const response = await fetch(`http://127.0.0.1:${port}/data/plugin/scalars/tags`);
          const found = (await response.json()) as Record<string, Record<string, unknown>>;
          const [name] = Object.keys(found);
          return name ? { name, tags: Object.keys(found[name] ?? {}) } : null;
        });
        assert.equal(tags.name, path.join(path.basename(run), jobFiles.tensorboard));
        assert.ok(tags.tags.includes('train/loss'), `${tags.tags}`);
        const query = new URLSearchParams({ run: tags.name, tag: 'epoch/validation_accuracy' });
        const points = await (await fetch(`http://127.0.0.1:${port}/data/plugin/scalars/scalars?${query}`)).json();
        assert.equal((points as unknown[]).length, 3);
      } finally {
        server.kill('SIGKILL');
      }
    });
  });

  it('Loupe reads both back as runs of other tools', () => {
    const mlflow = readMlflow(runOf(path.join(root, '.loupe', 'mlruns')));
    assert.deepEqual([mlflow.run.name, mlflow.run.state], [path.basename(run), 'done']);
    assert.equal(mlflow.run.params['training.epochs'], 3);
    assert.ok(Object.keys(mlflow.curves).length >= 8);
    const ofTensorBoard = readTensorBoardRun(tensorboard(), 'log');
    assert.deepEqual(Object.keys(ofTensorBoard.curves).sort(), Object.keys(mlflow.curves).sort());
    assert.equal(ofTensorBoard.run.params['training.epochs'], 3);
  });

  it('an export of the run is the same log', async () => {
    const { path: folder, bytes } = await exportRun(run, { format: 'tensorboard' });
    assert.deepEqual(readTensorBoardRun(folder, 'log').curves, readTensorBoardRun(tensorboard(), 'log').curves);
    assert.ok(bytes > 1000);
  });

  it('switched off, nothing is written', async () => {
    const quiet = makeRun(root, { training: { epochs: 1 }, logging: { tensorboard: false } });
    assert.equal(await runTrainJob(quiet), 'done');
    assert.equal(fs.existsSync(path.join(quiet, jobFiles.tensorboard)), false);
  });

  it('a log that can’t be written is a warning, and the run goes on', async () => {
    const hindered = makeRun(root, { training: { epochs: 1 } });
    fs.writeFileSync(path.join(hindered, jobFiles.tensorboard), 'in the way');
    assert.equal(await runTrainJob(hindered), 'done');
    const [warning] = eventsOf(hindered, 'warning').filter(({ code }) => code === 'no-log');
    assert.match(warning?.message ?? '', /TensorBoard log can't be written/);
  });

  describe('MLflow', () => {
    const store = () => path.join(root, '.loupe', 'mlruns');
    const read = (...names: string[]) => fs.readFileSync(path.join(runOf(store()), ...names), 'utf8');

    it('the run is in a file store, in the documented layout', () => {
      const meta = read('meta.yaml');
      assert.match(meta, /^status: 3$/m);
      assert.match(meta, /^lifecycle_stage: "active"$/m);
      assert.match(meta, new RegExp(`^run_uuid: "${path.basename(runOf(store()))}"$`, 'm'));
      assert.match(meta, /^end_time: \d{13}$/m);
      assert.match(meta, /^artifact_uri: "file:\/\/.*\/artifacts"$/m);
      assert.equal(read('params', 'training.epochs'), '3');
      assert.equal(read('tags', 'mlflow.source.type'), 'LOCAL');
      assert.deepEqual(fs.readdirSync(path.join(runOf(store()), 'artifacts', 'model')).sort(), [
        'README.md',
        'labels.json',
        'model.json',
        'preprocess.json',
        'weights.bin',
      ]);
    });

    it('every metric is a line a point: milliseconds, value, step', () => {
      const lines = read('metrics', 'epoch', 'validation_loss').trimEnd().split('\n');
      assert.equal(lines.length, 3);
      const [time, value, step] = (lines.at(-1) ?? '').split(' ').map(Number);
      const last = eventsOf(run, 'epoch').at(-1);
      assert.deepEqual([time, value, step], [last?.t, last?.validationLoss, 3]);
    });

    it('an export adds the run to a store, once', async () => {
      const target = path.join(root, 'elsewhere');
      for (let i = 0; i < 2; i++) await exportRun(run, { format: 'mlflow', out: target });
      assert.equal(fs.readdirSync(path.dirname(runOf(target))).filter((name) => name !== 'meta.yaml').length, 1);
    });

    it('a folder that is no store is left alone', async () => {
      await assert.rejects(
        exportRun(run, { format: 'mlflow', out: path.join(root, 'images') }),
        (error: unknown) => error instanceof Problem && error.code === 'not-an-mlflow-store',
      );
    });
  });
});

/** The only run of a store of one experiment. */
function runOf(store: string): string {
  const [experiment] = fs.readdirSync(store);
  const folder = path.join(store, experiment ?? '');
  assert.ok(fs.existsSync(path.join(folder, 'meta.yaml')));
  const [run] = fs.readdirSync(folder).filter((name) => name !== 'meta.yaml');
  return path.join(folder, run ?? '');
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function poll<T>(look: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    if (Date.now() > end) throw new Error('TensorBoard did not answer within a minute.');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
