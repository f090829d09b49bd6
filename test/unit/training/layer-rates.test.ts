import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerRatesOf } from '../../../src/training/layer-rates.ts';

const layers = ['conv1', 'bn1', 'layer1.0.conv1', 'layer1.0.bn1', 'layer2.0.conv1', 'logits'];

test('the last entry that fits counts, and freezing goes before', () => {
  const layerRates = [
    { layers: '*', factor: 0.1 },
    { layers: 'layer2.*', factor: 0.5 },
    { layers: 'logits', factor: 1 },
  ];
  assert.deepEqual(
    [...layerRatesOf(layers, { layerRates }, ['layer1.*'])],
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
    [...layerRatesOf(layers, { layerRates: [] }, ['conv1', 'layer1.*'])],
    [
      ['conv1', 0],
      ['layer1.0.conv1', 0],
      ['layer1.0.bn1', 0],
    ],
  );
});

test('a pattern that fits nothing is a mistake', () => {
  assert.throws(() => layerRatesOf(layers, { layerRates: [] }, ['conv2']), {
    code: 'no-such-layer',
    message: /"conv1"/,
  });
  assert.throws(() => layerRatesOf(layers, { layerRates: [] }, ['layer.*']), { code: 'no-such-layer' });
});
