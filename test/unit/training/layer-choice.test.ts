import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cpuMaker } from '../../../src/engines/cpu/maker.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { findRecipe, recipeConfig } from '../../../src/jobs/recipes/recipe.ts';
import { unfreezingPhases } from '../../../src/training/gradual-unfreezing.ts';
import { frozenBy, groupLayers, patternsFor, type TrainedLayer } from '../../../src/training/layer-choice.ts';
import { layerRatesOf } from '../../../src/training/layer-rates.ts';
import { reportLayers } from '../../../src/training/layer-report.ts';
import { buildNetwork, layersWithWeights } from '../../../src/training/network.ts';
import { segmentsOf } from '../../../src/training/segments.ts';

const layerOf = (name: string): TrainedLayer => ({
  name,
  head: name === 'logits' || name.startsWith('head.'),
  batchNorm: /bn\d?$/.test(name),
});
const resnet = [
  'conv1',
  'bn1',
  'layer1.0.conv1',
  'layer1.0.bn1',
  'layer1.1.conv1',
  'layer2.0.conv1',
  'head.dense',
  'logits',
].map(layerOf);

describe('groups of layers', () => {
  for (const [what, names, groups] of [
    ['torchvision’s ResNets', resnet.map(({ name }) => name), ['conv1', 'layer1', 'layer2', 'head']],
    [
      'torchvision’s sequences',
      ['features.0.0', 'features.0.1', 'features.10.conv.0.0', 'logits'],
      ['features.0', 'features.10', 'head'],
    ],
    [
      'Keras’ MobileNets',
      ['conv1', 'conv1_bn', 'conv_dw_1', 'conv_dw_1_bn', 'conv_pw_1', 'logits'],
      ['conv1', 'conv_1', 'head'],
    ],
    ['Loupe’s own', ['stem.conv', 'stem.bn', 'stage1.conv', 'logits'], ['stem', 'stage1', 'head']],
  ] as const) {
    it(`of ${what}`, () => {
      assert.deepEqual(
        groupLayers(names.map(layerOf)).map(({ name }) => name),
        groups,
      );
    });
  }
});

describe('patterns for frozen layers', () => {
  const backbone = resnet.filter(({ head }) => !head).map(({ name }) => name);
  for (const [what, frozen, patterns] of [
    ['nothing', [], []],
    ['the backbone', backbone, ['backbone']],
    ['all', resnet.map(({ name }) => name), ['backbone', 'head.dense', 'logits']],
    ['a group', ['layer1.0.conv1', 'layer1.0.bn1', 'layer1.1.conv1'], ['layer1.*']],
    ['batch norms', ['bn1', 'layer1.0.bn1'], ['batch-norm']],
    ['part of a group', ['layer1.0.conv1'], ['layer1.0.conv1']],
    ['a group without a name of its own', ['conv1', 'bn1'], ['conv1', 'bn1']],
  ] as const) {
    it(`${what}: ${patterns.join(', ') || 'none'}`, () => {
      const found = patternsFor(resnet, new Set(frozen));
      assert.deepEqual(found, patterns);
      assert.deepEqual([...frozenBy(resnet, found)].sort(), [...frozen].sort());
    });
  }

  it('mean the same layers, whichever are chosen', () => {
    for (let choice = 0; choice < 2 ** resnet.length; choice++) {
      const frozen = new Set(resnet.filter((_, i) => choice & (1 << i)).map(({ name }) => name));
      assert.deepEqual(frozenBy(resnet, patternsFor(resnet, frozen)), frozen);
    }
  });
});

describe('ways to fine-tune', () => {
  let engine: Engine;
  before(async () => {
    engine = await cpuMaker.start({ threads: 1 });
  });
  after(() => engine.dispose());

  /** The recipe's network, and of each phase the layers that train. */
  const phasesOf = (recipe: string) => {
    const config = recipeConfig(findRecipe(recipe));
    const model = buildNetwork({ ...config, input: { ...config.input, width: 32, height: 32 } }, 3);
    const layers = layersWithWeights(model);
    const report = reportLayers(model, config);
    model.dispose();
    const trained = report.segments.map(({ frozen }) => layers.filter(({ name }) => !frozen.includes(name)));
    return { config, layers, report, trained };
  };

  it('frozen: only the head learns', () => {
    const { report, trained } = phasesOf('transfer-frozen');
    assert.deepEqual(
      trained.map((own) => own.map(({ name }) => name)),
      [['logits']],
    );
    assert.deepEqual([report.segments[0]?.trained, report.frozenBatchNorm], [3 * 1281, 'inference']);
  });

  it('fastai: the head with batch norms that go on learning, then all, the first layers a hundred times slower', () => {
    const { config, layers, trained } = phasesOf('transfer-finetune');
    assert.deepEqual(config.training.frozenBatchNorm, 'training');
    assert.deepEqual(
      trained[0]?.map(({ head }) => head),
      [true, true, true, true],
    );
    assert.equal(trained[1]?.length, layers.length);
    const [first, last] = segmentsOf(config, []);
    assert.deepEqual([first?.epochs, first?.learningRate, last?.learningRate], [1, 0.002, 0.001]);
    const rates = layerRatesOf(layers, config.training, last?.freeze ?? []);
    assert.ok(Math.abs((rates.get('features.0.0') ?? 1) - 0.01) < 1e-12 && !rates.has('logits'));
    const values = layers.filter(({ head }) => !head).map(({ name }) => rates.get(name) ?? 1);
    assert.ok(values.every((rate, i) => i === 0 || rate > (values[i - 1] as number)));
  });

  it('Keras: a head of 256 units, then all at 0.00001; batch norms learn by stored statistics', () => {
    const { config, layers, trained } = phasesOf('transfer-keras');
    assert.deepEqual(
      trained[0]?.map(({ name }) => name),
      ['head.dense', 'logits'],
    );
    assert.deepEqual(trained[1], layers);
    const [, last] = segmentsOf(config, []);
    assert.deepEqual(
      [last?.learningRate, config.training.schedule.name, config.training.batchNorm],
      [1e-5, 'constant', 'stored'],
    );
  });

  it('gradual: the recipe’s phases are those that the network’s groups give', () => {
    const { config, layers, trained } = phasesOf('transfer-gradual');
    assert.deepEqual(config.training.phases, unfreezingPhases(layers, { stages: 4, epochs: 2, learningRate: 0.002 }));
    const counts = trained.map((own) => own.length);
    assert.ok(
      counts.every((count, i) => i === 0 || count > (counts[i - 1] as number)),
      counts.join(),
    );
    assert.equal(counts.at(-1), layers.length);
  });
});

it('gradual unfreezing has no more phases than there are groups to join', () => {
  const phases = unfreezingPhases(resnet, { stages: 9, epochs: 1, learningRate: 0.004 });
  assert.deepEqual(
    phases.map(({ freeze, learningRate }) => [freeze.join(' '), learningRate]),
    [
      ['backbone', 0.004],
      ['layer1.* conv1 bn1', 0.002],
      ['conv1 bn1', 0.001],
      ['', 0.0005],
    ],
  );
});
