import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ModelShape } from '../../../src/models/blocks.ts';
import { buildModel, countParameters } from '../../../src/models/build.ts';
import { defaultConfig, type ModelConfig } from '../../../src/training/config.ts';

const shape: ModelShape = { width: 32, height: 32, channels: 3, classes: 10, seed: 1 };

function build(model: Partial<ModelConfig>, input: Partial<ModelShape> = {}): LayersModel {
  return buildModel({ ...defaultConfig.model, ...model }, { ...shape, ...input });
}

describe('buildModel', () => {
  before(() => tf.setBackend('cpu'));

  // https://docs.pytorch.org/vision/stable/models.html
  for (const [architecture, parameters] of [
    ['resnet18', 11_689_512],
    ['resnet34', 21_797_672],
    ['resnet50', 25_557_032],
  ] as const) {
    it(`gives ${architecture} as many parameters as torchvision`, () => {
      const model = build({ architecture }, { width: 224, height: 224, classes: 1000 });
      assert.equal(countParameters(model), parameters);
      model.dispose();
    });
  }

  for (const [side, firstStage, last] of [
    [224, 56, 7],
    [65, 17, 3],
    [64, 16, 2],
    [63, 32, 4],
    [33, 17, 3],
    [32, 32, 4],
  ] as const) {
    it(`resnet18 at ${side} px begins its first stage with ${firstStage} px and ends with ${last}`, () => {
      const model = build({ architecture: 'resnet18', width: 0.125 }, { width: side, height: side });
      const outputSide = (name: string) => (model.getLayer(name).outputShape as number[])[1];
      assert.equal(outputSide('layer1.0.relu'), firstStage);
      assert.equal(outputSide('layer4.1.relu'), last);
      model.dispose();
    });
  }

  for (const architecture of ['small-cnn', 'resnet18'] as const) {
    for (const [width, height, channels] of [
      [1, 1, 1],
      [3, 7, 3],
      [28, 28, 1],
      [40, 100, 3],
    ] as const) {
      it(`${architecture} maps ${width} × ${height} × ${channels} to probabilities`, () => {
        const model = build({ architecture, width: 0.25 }, { width, height, channels, classes: 3 });
        const [logits, probabilities] = model.layers.slice(-2);
        assert.equal(logits?.name, 'logits');
        assert.equal(probabilities?.name, 'probabilities');
        const output = tf.tidy(() => [
          ...(model.predict(tf.ones([2, height, width, channels])) as tf.Tensor).dataSync(),
        ]);
        assert.equal(output.length, 6);
        assert.ok(Math.abs(output.slice(0, 3).reduce((a, b) => a + b) - 1) < 1e-5);
        model.dispose();
      });
    }
  }

  it('repeats the weights of a seed, and only of that seed', () => {
    const kernel = (seed: number) => {
      const model = build({}, { seed });
      const data = model.weights.map((weight) => [...weight.read().dataSync()]);
      model.dispose();
      return data;
    };
    assert.deepEqual(kernel(5), kernel(5));
    assert.notDeepEqual(kernel(5), kernel(6));
  });

  it('begins the last layer with small weights where the others are pretrained', () => {
    const largest = (weights: string) => {
      const model = build({ weights, head: 'linear' }, {});
      const kernel = model.getLayer('logits').getWeights()[0]?.dataSync() ?? [];
      const features = model.getLayer('logits').inputSpec?.[0]?.axes?.[-1] ?? Number.NaN;
      model.dispose();
      return { most: Math.max(...[...kernel].map(Math.abs)), bound: 1 / Math.sqrt(features) };
    };
    const [random, pretrained] = [largest(''), largest('some.pth')];
    assert.ok(
      pretrained.most <= pretrained.bound && pretrained.most > 0.9 * pretrained.bound,
      JSON.stringify(pretrained),
    );
    assert.ok(random.most > random.bound, JSON.stringify(random));
  });

  it('starts each residual block as the identity', () => {
    const model = build({ architecture: 'resnet18', width: 0.125 });
    const gamma = model.getLayer('layer3.1.bn2').weights[0]!.read().dataSync();
    assert.ok(gamma.every((value) => value === 0));
    assert.ok(
      model
        .getLayer('layer3.1.bn1')
        .weights[0]!.read()
        .dataSync()
        .every((value) => value === 1),
    );
    model.dispose();
  });

  it('leaves dropout out at rate 0', () => {
    const names = build({ dropout: 0 }).layers.map((layer) => layer.name);
    assert.ok(!names.includes('dropout'));
    assert.ok(build({ dropout: 0.5 }).layers.some((layer) => layer.name === 'dropout'));
  });

  for (const activation of ['relu', 'relu6', 'leaky-relu', 'elu', 'gelu', 'swish'] as const) {
    it(`puts ${activation} between all layers`, () => {
      for (const architecture of ['small-cnn', 'resnet18'] as const) {
        const model = build({ architecture, activation, width: 0.125 });
        const layers = model.layers.slice(0, -1).filter((layer) => /Activation|ReLU/.test(layer.getClassName()));
        assert.ok(layers.length >= 3);
        for (const layer of layers) {
          const name = layer.getClassName() === 'LeakyReLU' ? 'leaky-relu' : layer.getConfig().activation;
          assert.equal(name, activation);
        }
        model.dispose();
      }
    });
  }

  it('multiplies the blocks of every stage by the depth, and takes the kernel size', () => {
    const kernels = (model: Partial<ModelConfig>) =>
      build({ width: 0.125, ...model }).layers.flatMap((layer) =>
        layer.getClassName() === 'Conv2D' ? [(layer.getConfig().kernelSize as number[])[0]] : [],
      );
    assert.deepEqual(kernels({}), [3, 3, 3]);
    assert.deepEqual(kernels({ depth: 2, kernelSize: 5 }), [5, 5, 5, 5, 5, 5]);
    const resnet = (depth: number) =>
      kernels({ architecture: 'resnet18', depth }).filter((kernel) => kernel === 3).length;
    assert.deepEqual([0.5, 1, 2].map(resnet), [1 + 8, 1 + 16, 1 + 32]);
  });

  it('leaves residual blocks out more often the deeper they are, one decision an image', () => {
    const model = build({ architecture: 'resnet18', stochasticDepth: 0.7, width: 0.125 });
    const drops = model.layers.filter(({ name }) => name.endsWith('.drop')).map((layer) => layer.getConfig());
    const rates = drops.map(({ rate }) => Number((rate as number).toFixed(6)));
    assert.deepEqual(rates, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    assert.ok(drops.every(({ noiseShape }) => JSON.stringify(noiseShape) === '[null,1,1,1]'));
    const output = tf.tidy(() => {
      const layer = model.getLayer('layer4.1.drop');
      return (layer.call(tf.ones([200, 2, 2, 3]), { training: true }) as tf.Tensor).dataSync();
    });
    const images = Array.from({ length: 200 }, (_, i) => new Set(output.subarray(i * 12, (i + 1) * 12)));
    assert.ok(images.every((values) => values.size === 1));
    const dropped = images.filter((values) => values.has(0)).length;
    const kept = Math.max(...output);
    assert.ok(dropped > 110 && dropped < 170, `${dropped} of 200`);
    assert.ok(Math.abs(kept - 1 / 0.3) < 1e-5);
    model.dispose();
  });

  for (const [architecture, designSide, sides] of [
    ['small-cnn', 64, [16, 32, 64, 96]],
    ['small-cnn', 128, [32, 64, 128]],
    ['resnet18', 64, [16, 32, 64, 96]],
    ['resnet18', 28, [14, 28, 64]],
  ] as const) {
    it(`gives ${architecture} for ${designSide} px the same weights at ${sides.join(', ')} px`, () => {
      const shapes = sides.map((side) => {
        const model = build({ architecture, width: 0.125 }, { width: side, height: side, designSide });
        const result = model.weights.map(({ originalName, shape: weight }) => `${originalName} ${weight}`);
        const output = tf.tidy(() => (model.predict(tf.ones([1, side, side, 3])) as tf.Tensor).dataSync());
        assert.ok([...output].every(Number.isFinite));
        model.dispose();
        return result;
      });
      for (const shape of shapes) assert.deepEqual(shape, shapes[0]);
    });
  }

  it('says so when a phase’s pictures are too small for the network', () => {
    assert.throws(() => build({}, { width: 4, height: 4, designSide: 64 }), {
      code: 'input-too-small',
      message: /4 × 4/,
    });
  });
});
