import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exportFormats } from '../../../src/export/formats.ts';
import { pythonPeer } from '../../python-peers.ts';
import { temporaryFolder } from '../training/images.ts';
import { makeImages, runCli } from './run-cli.ts';

const python = pythonPeer();
const noPython = fs.existsSync(python) ? false : 'no Python peers; make them with: node test/tools/python-peers.ts';

const script = `
import sys, json, numpy as np, onnxruntime
from PIL import Image
session = onnxruntime.InferenceSession(sys.argv[1])
labels = json.loads(session.get_modelmeta().custom_metadata_map['labels'])
pixels = np.stack([np.asarray(Image.open(file).convert('RGB')) for file in sys.argv[2:]])
print(json.dumps([dict(zip(labels, row.tolist())) for row in session.run(None, {'image': pixels})[0]]))
`;

interface Answer {
  path: string;
  card: string | null;
  preprocessing: string | null;
  temperature: number | null;
  bytes: number;
  error?: { code: string };
}

describe('loupe export', { timeout: 240_000 }, () => {
  let cwd = '';
  const cleanUps: (() => void)[] = [];
  const cli = (...args: string[]) => runCli(args, { cwd });
  const runFolder = () => fs.globSync(path.join(cwd, '.loupe', 'runs', '*', 'job.json')).map(path.dirname)[0] ?? '';
  const answer = async (...args: string[]): Promise<{ code: number | null; json: Answer }> => {
    const { code, stdout } = await cli('export', ...args, '--json');
    return { code, json: JSON.parse(stdout) as Answer };
  };

  before(async () => {
    cwd = temporaryFolder({ after: (done) => cleanUps.push(done) });
    await makeImages(path.join(cwd, 'images'), 10);
    const sets = ['engine.name=wasm', 'input.width=16', 'input.height=16', 'model.width=0.25'];
    const settings = sets.flatMap((set) => ['--set', set]);
    const { code, stderr } = await cli('train', 'images', '--epochs', '2', '--name', 'Red & blue', ...settings);
    assert.equal(code, 0, stderr);
  });
  after(() => {
    for (const done of cleanUps) done();
  });

  for (const { name, extension } of exportFormats) {
    it(`${name} goes into the run's folder, with what it is called`, async () => {
      const { code, json } = await answer('Red & blue', '--format', name);
      assert.equal(code, 0, JSON.stringify(json));
      const found = fs.statSync(json.path);
      assert.equal(found.isDirectory(), extension === null);
      if (name !== 'card') assert.match(json.path, /red-blue|mlruns|mlflow/);
      if (json.card) assert.match(fs.readFileSync(json.card, 'utf8'), /^# Red & blue\n/);
      assert.equal((await answer('Red & blue', '--format', name)).code, 0, 'a second time');
    });
  }

  describe('the exported model says what loupe predict says', { skip: noPython }, () => {
    const compare = async (...flags: string[]) => {
      const { json } = await answer('Red & blue', '-f', 'onnx', '-o', 'model.onnx', '--force', ...flags);
      assert.equal(json.path, path.join(fs.realpathSync(cwd), 'model.onnx'));
      const files = ['images/red/0.png', 'images/blue/3.png'].map((file) => path.join(cwd, file));
      const { stdout } = await cli('predict', 'Red & blue', ...files, '--json', ...flags);
      const { images } = JSON.parse(stdout) as { images: { top: { label: string; probability: number }[] }[] };
      const rows = JSON.parse(execFileSync(python, ['-c', script, json.path, ...files], { encoding: 'utf8' }));
      images.forEach(({ top }, i) => {
        assert.equal(top.length, 2);
        for (const { label, probability } of top) assert.ok(Math.abs(rows[i][label] - probability) < 1e-5);
      });
      return { temperature: json.temperature, first: images[0]?.top[0]?.probability };
    };

    it('as the network gives it, and with the temperature that is kept beside it', async () => {
      const plain = await compare();
      assert.equal(plain.temperature, null);
      const { code, stderr } = await cli('evaluate', 'Red & blue', 'images', '--save-temperature', '--samples', '10');
      assert.equal(code, 0, stderr);
      const tempered = await compare();
      assert.ok(typeof tempered.temperature === 'number' && tempered.temperature !== 1);
      assert.notEqual(tempered.first, plain.first);
      assert.deepEqual(await compare('--uncalibrated'), plain);
    });
  });

  it('what is there is replaced only when that is asked for', async () => {
    const target = path.join(cwd, 'there.onnx');
    fs.writeFileSync(target, 'precious');
    const { code, json } = await answer('Red & blue', '-f', 'onnx', '-o', 'there.onnx');
    assert.deepEqual([code, json.error?.code], [1, 'exists']);
    assert.equal(fs.readFileSync(target, 'utf8'), 'precious');
    assert.equal((await answer('Red & blue', '-f', 'onnx', '-o', 'there.onnx', '--force')).code, 0);
    assert.ok(fs.statSync(target).size > 1000);
  });

  const refused: [string, string[], number, string][] = [
    ['a folder of other things', ['-f', 'savedmodel', '-o', 'images', '--force'], 1, 'not-an-export'],
    ['the run’s own model', ['-f', 'tfjs', '-o', '<run>/model', '--force'], 1, 'inside-run'],
    ['a file on the way', ['-f', 'keras', '-o', 'images/red/0.png/x.keras'], 1, 'folder-missing'],
    [
      'preprocessing where there is no place for it',
      ['-f', 'tfjs', '--preprocess', 'inside'],
      1,
      'preprocessing-not-possible',
    ],
    ['an unknown format', ['-f', 'onxx'], 2, 'bad-usage'],
    ['no format', [], 2, 'bad-usage'],
    ['an unknown place for preprocessing', ['-f', 'onnx', '--preprocess', 'beside'], 2, 'bad-usage'],
  ];
  for (const [what, args, exitCode, errorCode] of refused) {
    it(`refuses ${what}`, async () => {
      const given = args.map((arg) => arg.replace('<run>', runFolder()));
      const { code, json } = await answer('Red & blue', ...given);
      assert.deepEqual([code, json.error?.code], [exitCode, errorCode]);
    });
  }

  it('refuses a run without a model, and one whose model is damaged', async () => {
    for (const [name, spoil, expected] of [
      ['none', (folder: string) => fs.rmSync(path.join(folder, 'model'), { recursive: true }), 'no-model'],
      ['cut', (folder: string) => fs.truncateSync(path.join(folder, 'model', 'weights.bin'), 100), 'bad-model'],
      ['text', (folder: string) => fs.writeFileSync(path.join(folder, 'model', 'model.json'), '{'), 'bad-model'],
    ] as const) {
      const folder = path.join(cwd, name);
      fs.cpSync(runFolder(), folder, { recursive: true });
      spoil(folder);
      const { code, json } = await answer(folder, '-f', 'onnx', '-o', `${name}.onnx`);
      assert.deepEqual([code, json.error?.code], [1, expected]);
      assert.equal(fs.existsSync(path.join(cwd, `${name}.onnx`)), false);
    }
  });

  it('its help names every format', async () => {
    const { stdout } = await cli('help', 'export');
    for (const { name, label } of exportFormats) assert.ok(stdout.includes(name) && stdout.includes(label), name);
  });
});
