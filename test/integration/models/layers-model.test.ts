import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model as makeModel, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import sharp from 'sharp';
import { adoptModel } from '../../../src/assess/adopt-model.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { buildModel } from '../../../src/models/build.ts';
import { inspectWeights } from '../../../src/models/pretrained/inspect.ts';
import { Problem } from '../../../src/problem.ts';
import { seededRandom } from '../../../src/random.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { makeImages, runCli } from '../cli/run-cli.ts';
import { assertEqualRuns, eventsOf, makeRun, runAndStopAt } from '../training/runs.ts';
import { save, type Teachable, writeTeachable } from './teachable.ts';

const side = 64;
/** `known`: what Loupe finds in the names of its layers. */
const exports: [name: string, options: Omit<Teachable, 'labels' | 'side'>, known: string | null][] = [
  ['MobileNetV2 0.35, layers of any name', { architecture: 'mobilenet-v2', width: 0.35, kerasNames: false }, null],
  ['MobileNetV1 0.25, Keras’ names', { architecture: 'mobilenet-v1', width: 0.25, kerasNames: true }, 'mobilenet-v1'],
  ['MobileNetV2 0.35, Keras’ names', { architecture: 'mobilenet-v2', width: 0.35, kerasNames: true }, 'mobilenet-v2'],
];
const labels = ['red', 'blue', 'nothing'];
const common = ['--engine', 'wasm', '--threads', '1', '--json'];

describe('layers models of TensorFlow.js', { timeout: 240_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-layers-'));
  const pixels = noise(2 * side * side * 3);
  const pictures = ['0.png', '1.png'];
  let engine: Engine;
  before(async () => {
    process.env.LOUPE_CACHE = path.join(folder, 'cache');
    engine = await wasmMaker.start({ threads: 2 });
    await makeImages(path.join(folder, 'images'), 12, side);
    const half = pixels.length / 2;
    for (const [at, name] of pictures.entries()) {
      const raw = { width: side, height: side, channels: 3 as const };
      await sharp(pixels.subarray(at * half, (at + 1) * half), { raw })
        .png()
        .toFile(path.join(folder, name));
    }
  });
  after(async () => {
    await engine.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  for (const [i, [name, options, known]] of exports.entries()) {
    describe(`a Teachable Machine export: ${name}`, () => {
      const own = path.join(folder, `tm-${i}`);
      let original: LayersModel;
      before(async () => {
        original = await writeTeachable(own, { ...options, labels, side });
      });
      after(() => original.dispose());

      it('is told with its classes, size and scaling', async () => {
        const { network, frozen, classifier } = await inspectWeights(own);
        if (known)
          assert.deepEqual(
            [network?.architecture, network?.width, network?.input],
            [known, options.width, 'minus-one-one'],
          );
        else assert.deepEqual([network, frozen?.reasonAgainstTraining], [null, null]);
        assert.ok(classifier?.usable);
        assert.deepEqual(
          [classifier.labels, classifier.preprocess.width, classifier.preprocess.resize],
          [labels, side, 'crop'],
        );
        assert.equal(classifier.preprocess.normalization.mean[0], 127 / 255);
      });

      it('classifies images as TensorFlow.js does', async () => {
        const { code, stdout, stderr } = await runCli(['predict', own, ...pictures, '--top', '3', ...common], {
          cwd: folder,
        });
        assert.equal(code, 0, stderr);
        const { images } = JSON.parse(stdout) as { images: { top: { label: string; probability: number }[] }[] };
        const expected = await predict(
          original,
          Float32Array.from(pixels, (value) => value / 127 - 1),
          3,
        );
        for (const [at, { top }] of images.entries()) {
          for (const { label, probability } of top) {
            const wanted = expected[at * labels.length + labels.indexOf(label)] as number;
            assert.ok(Math.abs(probability - wanted) <= 1e-4, `${label}: ${probability}, not ${wanted}`);
          }
        }
      });
    });
  }

  it('are evaluated and asked by their own classes from the command line', async () => {
    const asked = await runCli(['predict', 'tm-0', 'images', ...common], { cwd: folder });
    assert.equal(asked.code, 0, asked.stderr);
    const { classified, images } = JSON.parse(asked.stdout);
    assert.equal(classified, 24);
    assert.ok(images.every(({ top }: { top?: { label: string }[] }) => !top || labels.includes(top[0]?.label ?? '')));
    const evaluated = await runCli(['evaluate', 'tm-0/model.json', 'images', ...common], { cwd: folder });
    assert.equal(evaluated.code, 0, evaluated.stderr);
    assert.deepEqual(JSON.parse(evaluated.stdout).report.classes, labels);
    assert.equal(
      fs.readdirSync(path.join(folder, '.loupe', 'predictors')).filter((one) => one.startsWith('tm-0')).length,
      1,
    );
    for (const [args, code, message] of [
      [['evaluate', 'tm-0'], 'evaluation-failed', /images that tm-0 was trained on/],
      [['predict', 'images', 'images'], 'no-such-run', /images is no run, no predictor and no TensorFlow.js/],
    ] as const) {
      const { error } = JSON.parse((await runCli([...args, ...common], { cwd: folder })).stdout);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    }
  });

  it('give a backbone with TensorFlow.js’ features, in colour and for other channels and sizes', async () => {
    const original = await writeTeachable(path.join(folder, 'body'), { ...exports[0]![1], labels, side });
    const truncated = original.layers[0] as LayersModel;
    const input = Float32Array.from(pixels, (value) => value / 127.5 - 1);
    const wanted = await predict(truncated, input, 3);
    const found = await predict(body('body', 3), input, 3);
    assertClose(found, wanted);
    const grey = noise(2 * side * side);
    const three = Float32Array.from(
      { length: grey.length * 3 },
      (_, i) => (grey[Math.floor(i / 3)] as number) / 127.5 - 1,
    );
    assertClose(
      await predict(
        body('body', 1),
        Float32Array.from(grey, (value) => value / 127.5 - 1),
        1,
      ),
      await predict(truncated, three, 3),
    );
    assert.equal(body('body', 4).inputs[0]?.shape.at(-1), 4);
    assert.deepEqual(body('body', 3, 96).inputs[0]?.shape, [null, 96, 96, 3]);
    original.dispose();
  });

  it('that flatten a map keep their size, and what comes before the last layer', async () => {
    const small = sequential({
      layers: [
        layers.conv2d({ inputShape: [16, 16, 3], filters: 4, kernelSize: 3, activation: 'relu' }),
        layers.flatten(),
        layers.dense({ units: 6, activation: 'tanh' }),
        layers.dropout({ rate: 0.3 }),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    await save(small, path.join(folder, 'flat'));
    const values = Float32Array.from(noise(2 * 16 * 16 * 3), (value) => value / 255);
    const middle = makeModel({ inputs: small.inputs, outputs: small.layers[2]?.output as SymbolicTensor });
    const network = build('flat', 3, 16);
    const before = makeModel({ inputs: network.inputs, outputs: network.getLayer('logits').input as SymbolicTensor });
    assertClose(await predict(before, values, 3), await predict(middle, values, 3));
    assert.throws(
      () => build('flat', 3, 24),
      (error) => error instanceof Problem && error.code === 'untrainable-model',
    );
    const concat = { head: 'concat-pool' as const };
    assert.throws(
      () => build('flat', 3, 16, concat),
      (error) => error instanceof Problem && error.code === 'no-feature-map',
    );
  });

  it('that scale pixels themselves leave that to the config', async () => {
    const scaled = sequential({
      layers: [
        layers.rescaling({ inputShape: [16, 16, 3], scale: 1 / 255 }),
        layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 2 }),
      ],
    });
    await save(scaled, path.join(folder, 'scaled'));
    fs.writeFileSync(path.join(folder, 'scaled', 'metadata.json'), JSON.stringify({ labels: ['a', 'b'] }));
    const { classifier, frozen } = await inspectWeights(path.join(folder, 'scaled'));
    assert.equal(frozen?.normalize, 'zero-255');
    assert.ok(classifier?.usable);
    assert.ok(Math.abs((classifier.preprocess.normalization.std[0] ?? 0) - 1) < 1e-6);
    assert.ok(!build('scaled', 3, 16).layers.some((layer) => layer.getClassName() === 'Rescaling'));
  });

  it('with layers that no engine trains are run as they are, and the reason is told', async () => {
    const sequence = sequential({
      layers: [
        layers.reshape({ inputShape: [8, 8, 3], targetShape: [8, 24] }),
        layers.lstm({ units: 5, recurrentInitializer: 'zeros' }),
        layers.dense({ units: 2, activation: 'sigmoid' }),
      ],
    });
    await save(sequence, path.join(folder, 'rows'));
    // Its usual first weights, which this process has no operations for.
    const file = path.join(folder, 'rows', 'model.json');
    const text = fs.readFileSync(file, 'utf8');
    const usual = '"recurrent_initializer":{"class_name":"Orthogonal","config":{"gain":1,"seed":null}}';
    const orthogonal = text.replace('"recurrent_initializer":{"class_name":"Zeros","config":{}}', usual);
    assert.notEqual(orthogonal, text);
    fs.writeFileSync(file, orthogonal);
    fs.writeFileSync(
      path.join(folder, 'rows', 'metadata.json'),
      JSON.stringify({ labels: ['a', 'b'], normalize: 'zero-one' }),
    );
    const { frozen, classifier } = await inspectWeights(path.join(folder, 'rows'));
    assert.match(frozen?.reasonAgainstTraining ?? '', /of the kind LSTM/);
    assert.deepEqual(classifier?.usable === false && /ends in Dense .* not in a softmax/.test(classifier.reason), true);
    await assert.rejects(
      adoptModel(path.join(folder, 'rows', 'model.json'), path.join(folder, 'predictors')),
      (error) => error instanceof Problem && error.code === 'not-a-classifier',
    );
    assert.throws(
      () => build('rows', 3, 8),
      (error) => error instanceof Problem && /of the kind LSTM/.test(error.message),
    );
  });

  function build(name: string, channels: number, size = side, change = {}): LayersModel {
    const config = { ...defaultConfig.model, architecture: 'layers-model' as const, ...change };
    const shape = {
      width: size,
      height: size,
      channels,
      classes: 2,
      seed: 1,
      source: path.join(folder, name, 'model.json'),
    };
    return buildModel(config, shape);
  }

  function body(name: string, channels: number, size = side): LayersModel {
    const network = build(name, channels, size);
    return makeModel({ inputs: network.inputs, outputs: network.getLayer('features').output as SymbolicTensor });
  }
});

describe('a layers model as a network to train', { timeout: 120_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-layers-'));
  before(async () => {
    await makeImages(path.join(folder, 'images'), 12, side);
    const engine = await wasmMaker.start({ threads: 1 });
    (await writeTeachable(path.join(folder, 'trained'), { ...exports[0]![1], labels, side })).dispose();
    await engine.dispose();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is trained to the end, and a stopped run goes on as if it had not been stopped', async () => {
    const config = {
      input: { width: 32, height: 32, normalize: 'minus-one-one' as const },
      model: { architecture: 'layers-model' as const, weights: 'trained', width: 1, dropout: 0.2 },
      training: { epochs: 8, learningRate: 0.02, freeze: ['backbone'] },
      engine: 'wasm' as const,
    };
    const whole = makeRun(folder, config);
    assert.equal(await runTrainJob(whole), 'done');
    assert.ok((eventsOf(whole, 'epoch').at(-1)?.validationAccuracy ?? 0) >= 0.9);
    const stopped = makeRun(folder, config);
    assert.equal(await runAndStopAt(stopped, 3), 'stopped');
    assert.equal(await runTrainJob(stopped), 'done');
    assertEqualRuns(stopped, whole);
  });
});

function noise(length: number): Uint8Array {
  const random = seededRandom(length);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

async function predict(model: LayersModel, values: Float32Array, channels: number): Promise<Float32Array> {
  const size = Math.sqrt(values.length / 2 / channels);
  const x = tensor(values, [2, size, size, channels]);
  const y = model.predict(x) as Tensor;
  const found = Float32Array.from(await y.data<'float32'>());
  x.dispose();
  y.dispose();
  return found;
}

function assertClose(found: Float32Array, wanted: Float32Array): void {
  assert.equal(found.length, wanted.length);
  const largest = Math.max(1, ...wanted.map(Math.abs));
  const worst = Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number))));
  assert.ok(worst <= 1e-4 * largest, `off by ${worst}, of ${largest}`);
}
