import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrainedLayer } from '../../../src/training/layer-choice.ts';
import { layerRatesOf } from '../../../src/training/layer-rates.ts';

const layers = ['conv1', 'bn1', 'layer1.0.conv1', 'layer1.0.bn1', 'layer2.0.conv1', 'logits'].map(
  (name): TrainedLayer => ({ name, head: name === 'logits', batchNorm: /bn\d$/.test(name) }),
);
const alike = { layerRates: [], discriminativeRates: 1 };

test('the last entry that fits counts, and freezing goes before', () => {
  const layerRates = [
    { layers: '*', factor: 0.1 },
    { layers: 'layer2.*', factor: 0.5 },
    { layers: 'logits', factor: 1 },
  ];
  assert.deepEqual(
    [...layerRatesOf(layers, { ...alike, layerRates }, ['layer1.*'])],
    [
      ['conv1', 0.1],
      ['bn1', 0.1],
      ['layer1.0.conv1', 0],
      ['layer1.0.bn1', 0],
      ['layer2.0.conv1', 0.5],
    ],
  );
});

test('a pattern stands for whole names, and only * is special', () => {
  assert.deepEqual(
    [...layerRatesOf(layers, alike, ['conv1', 'layer1.*'])],
    [
      ['conv1', 0],
      ['layer1.0.conv1', 0],
      ['layer1.0.bn1', 0],
    ],
  );
});

test('a pattern that fits nothing is a mistake', () => {
  assert.throws(() => layerRatesOf(layers, alike, ['conv2']), {
    code: 'no-such-layer',
    message: /"conv1"/,
  });
  assert.throws(() => layerRatesOf(layers, alike, ['layer.*']), { code: 'no-such-layer' });
});

test('the backbone and its batch norms have names of their own', () => {
  assert.deepEqual(
    [...layerRatesOf(layers, alike, ['backbone']).keys()],
    layers.slice(0, 5).map(({ name }) => name),
  );
  assert.deepEqual(
    [...layerRatesOf(layers, alike, ['batch-norm'])],
    [
      ['bn1', 0],
      ['layer1.0.bn1', 0],
    ],
  );
});

test('discriminative rates rise evenly on a log scale up to the head', () => {
  const rates = layerRatesOf(layers, { layerRates: [{ layers: 'bn1', factor: 2 }], discriminativeRates: 100 }, []);
  const expected = [0.01, 2 * 10 ** -1.6, 10 ** -1.2, 10 ** -0.8, 10 ** -0.4];
  layers.slice(0, 5).forEach(({ name }, i) => {
    assert.ok(Math.abs((rates.get(name) ?? 0) - (expected[i] as number)) < 1e-12, name);
  });
  assert.equal(rates.has('logits'), false);
});
