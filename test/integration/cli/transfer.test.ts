import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { providePlainBackend } from '../../../src/engines/plain-backend.ts';
import { readDataReport, reportFolders } from '../../../src/jobs/data-reports.ts';
import { sharedData, withoutData } from '../../shared-data.ts';
import { writeSamples } from '../../weight-fuzz.ts';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const small = ['weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors'];
const weights = sharedData(...small);
const engine = ['--engine', 'wasm', '--threads', '1'];

describe('loupe import', { skip: withoutData(...small) }, () => {
  for (const [file, format, width, classes] of [
    ['mobilenet_v2-0.35-imagenet-notop.safetensors', 'safetensors', 0.35, null],
    ['mobilenet_v2-0.35-imagenet-notop.pth', 'pytorch', 0.35, null],
    ['mobilenet_v2-1.0-imagenet.pth', 'pytorch', 1, 1000],
  ] as const) {
    it(`finds the network of ${file}`, async (t) => {
      const cwd = workFolder(t);
      const { code, stdout } = await runCli(['import', sharedData('weights', file), '--json'], { cwd });
      const report = JSON.parse(stdout);
      assert.deepEqual([code, report.format], [0, format]);
      assert.deepEqual(
        [report.network.architecture, report.network.width, report.network.classes],
        ['mobilenet-v2', width, classes],
      );
      assert.deepEqual([report.match.matched, report.match.missing, report.match.wrongShape], [260, [], []]);
      assert.equal(report.match.extra.length, classes === null ? 0 : 2);
    });
  }

  it('refuses a file that holds code, and one that is cut off, with exit code 1', async (t) => {
    const cwd = workFolder(t);
    const whole = fs.readFileSync(weights);
    fs.writeFileSync(path.join(cwd, 'cut.safetensors'), whole.subarray(0, whole.length / 2));
    fs.writeFileSync(path.join(cwd, 'code.pth'), '\x80\x02\x8a\x0a');
    for (const file of ['cut.safetensors', 'code.pth']) {
      const { code, stdout } = await runCli(['import', file, '--json'], { cwd });
      assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'bad-weights-file'], file);
    }
  });
});

describe('loupe embed and baseline', { skip: withoutData(...small) }, () => {
  it('describe images once, and tell what to expect of them', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 12);
    const common = ['data', '--weights', weights, '--size', '32', ...engine, '--json'];
    const first = await runCli(['embed', ...common, '--out', 'features.csv'], { cwd });
    assert.equal(first.code, 0, first.stderr);
    const { images, size, cached } = JSON.parse(first.stdout);
    assert.deepEqual([images, size, cached], [24, 1280, 0]);
    const lines = fs.readFileSync(path.join(cwd, 'features.csv'), 'utf8').trimEnd().split('\n');
    assert.deepEqual([lines.length, lines[0]?.split(',').length], [25, 1282]);
    const again = await runCli(['embed', ...common, '--out', 'again.csv'], { cwd });
    assert.equal(JSON.parse(again.stdout).cached, 24);
    assert.equal(
      fs.readFileSync(path.join(cwd, 'again.csv'), 'utf8'),
      fs.readFileSync(path.join(cwd, 'features.csv'), 'utf8'),
    );
    const probed = await runCli(['baseline', ...common], { cwd });
    const { baseline } = JSON.parse(probed.stdout);
    assert.deepEqual([probed.code, baseline.images, baseline.probe.accuracy.value], [0, 24, 1]);
    assert.ok(baseline.probe.accuracy.low < 0.9, 'an interval of 24 images is wide');
  });

  it('a baseline takes the weights at hand, keeps its report, and says what to do without any', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 6);
    const none = await runCli(['baseline', 'data', ...engine, '--json'], { cwd });
    const { code, advice } = JSON.parse(none.stdout).error;
    assert.deepEqual([none.code, code], [1, 'no-weights']);
    assert.match(advice, /loupe zoo get mobilenet-v2.*--weights.*loupe which/);
    fs.copyFileSync(weights, path.join(cwd, 'small.safetensors'));
    const given = ['baseline', 'data', '--size', '32', ...engine];
    const found = JSON.parse((await runCli([...given, '--json'], { cwd })).stdout);
    const report = readDataReport(found.report);
    assert.deepEqual(report.baseline, found.baseline);
    assert.deepEqual([report.kind, report.source], ['baseline', path.join(cwd, 'data')]);
    assert.deepEqual([report.network?.weights, report.network?.width], [path.join(cwd, 'small.safetensors'), 32]);
    assert.equal(report.skipped.length + report.images, 12, 'the file that is no image is no image of the data set');
    assert.equal(path.dirname(found.report), path.join(cwd, '.loupe', 'baselines'));
    const unkept = await runCli([...given, '--no-keep'], { cwd });
    assert.match(unkept.stdout, /^12 images described by mobilenet-v2 × 0\.35/);
    assert.equal(reportFolders(path.join(cwd, '.loupe', 'baselines')).length, 1);
  });

  it('what can’t be kept is told all the same', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 6);
    fs.writeFileSync(path.join(cwd, 'file'), '');
    const given = ['baseline', 'data', '--weights', weights, '--size', '32', '--reports', 'file/inside', ...engine];
    const { code, stdout } = await runCli(given, { cwd });
    assert.deepEqual([code, /Linear probe/.test(stdout)], [0, true]);
    assert.match(stdout, /Not kept: Can't create a folder in .*file\/inside/);
  });

  it('embed without weights is bad usage', async (t) => {
    const cwd = workFolder(t);
    assert.equal((await runCli(['embed', '.'], { cwd })).code, 2);
  });
});

describe('training from pretrained weights', { skip: withoutData(...small) }, () => {
  it('freezes the backbone in one phase, trains all in the next, and records what it began with', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 10);
    const config = {
      data: { source: 'data' },
      input: { width: 32, height: 32, normalize: 'imagenet' },
      model: { architecture: 'mobilenet-v2', width: 0.35, weights },
      training: {
        batchSize: 8,
        learningRate: 0.002,
        discriminativeRates: 100,
        phases: [{ epochs: 1, freeze: ['backbone'] }, { epochs: 1 }],
      },
      engine: { name: 'wasm', threads: 1 },
    };
    fs.writeFileSync(path.join(cwd, 'run.loupe.json'), JSON.stringify(config));
    const { code, stdout, stderr } = await runCli(['train', 'run.loupe.json', '--json'], { cwd });
    assert.equal(code, 0, stderr);
    const folder = JSON.parse(stdout).run.folder as string;
    const provenance = JSON.parse(fs.readFileSync(path.join(folder, 'provenance.json'), 'utf8'));
    assert.equal(provenance.weights.file, weights);
    assert.match(provenance.weights.sha256, /^[0-9a-f]{64}$/);
  });

  it('says which settings the weights need', async (t) => {
    const cwd = workFolder(t);
    await makeImages(path.join(cwd, 'data'), 4);
    const set = ['--set', `model.weights=${weights}`, '--set', 'model.architecture=mobilenet-v2'];
    const { code, stdout } = await runCli(['train', 'data', ...set, ...['--set', 'engine.name=wasm'], '--json'], {
      cwd,
    });
    assert.equal(code, 1);
    assert.match(stdout, /weights-do-not-fit|mobilenet-v2 of width 0\.35/);
  });
});

describe('loupe import of every format', () => {
  it('tells JSON what each holds, and exits with 0 where it can be used', async (t) => {
    const cwd = workFolder(t);
    await providePlainBackend();
    const samples = writeSamples(cwd);
    const wanted: Record<string, [format: string, code: number]> = {
      onnx: ['onnx', 0],
      'tfjs-graph': ['tfjs-graph', 0],
      'saved-model': ['saved-model', 0],
      'tfjs-layers': ['tfjs-layers', 0],
      keras: ['keras', 1],
    };
    for (const { format, folder, target } of samples) {
      const [expected, exit] = wanted[format] ?? [];
      if (expected === undefined) continue;
      const { code, stdout } = await runCli(['import', path.join(folder, target), '--json'], { cwd });
      assert.equal(JSON.parse(stdout).format, expected, stdout);
      assert.equal(code, exit, format);
    }
  });
});
