import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeFreeze, freezeSettings } from '../../../src/training/freeze-edit.ts';
import { frozenBy, type TrainedLayer } from '../../../src/training/layer-choice.ts';

const layers = ['conv1', 'bn1', 'layer1.0.conv1', 'layer1.0.bn1', 'layer2.0.conv1', 'logits'].map(
  (name): TrainedLayer => ({ name, head: name === 'logits', batchNorm: /bn\d$/.test(name) }),
);
const layer1 = ['layer1.0.conv1', 'layer1.0.bn1'];

describe('a change of what trains', () => {
  for (const [what, lists, change, expected] of [
    [
      'freezes a group',
      { freeze: [], phases: [] },
      { phase: null, layers: layer1, frozen: true },
      { freeze: ['layer1.*'], phases: [] },
    ],
    [
      'lets a layer of the backbone train',
      { freeze: ['backbone'], phases: [] },
      { phase: null, layers: ['layer2.0.conv1'], frozen: false },
      { freeze: ['layer1.*', 'conv1', 'bn1'], phases: [] },
    ],
    [
      'of one phase leaves the others as they were written',
      { freeze: [], phases: [['backbone'], ['conv*']] },
      { phase: 1, layers: layer1, frozen: true },
      { freeze: [], phases: [['backbone'], ['layer1.*', 'conv1']] },
    ],
    [
      'against what holds for all phases moves that into the other phases',
      { freeze: ['layer1.*'], phases: [[], ['conv1']] },
      { phase: 1, layers: layer1, frozen: false },
      { freeze: [], phases: [['layer1.*'], ['conv1']] },
    ],
  ] as const) {
    it(what, () => {
      const before = { freeze: [...lists.freeze], phases: lists.phases.map((list) => [...list]) };
      assert.deepEqual(changeFreeze(layers, before, change), expected);
    });
  }

  it('changes just what it says, whatever was frozen', () => {
    const names = layers.map(({ name }) => name);
    for (let choice = 0; choice < 64; choice++) {
      const base = names.filter((_, i) => choice & (1 << i));
      const before = { freeze: base, phases: [['layer1.*'], ['batch-norm']] };
      for (const frozen of [true, false]) {
        const after = changeFreeze(layers, before, { phase: 0, layers: ['conv1', 'logits'], frozen });
        const setOf = (lists: typeof before, phase: number) =>
          frozenBy(layers, [...lists.freeze, ...(lists.phases[phase] ?? [])]);
        assert.deepEqual(setOf(after, 1), setOf(before, 1));
        const wanted = new Set(
          names.filter((name) => (['conv1', 'logits'].includes(name) ? frozen : setOf(before, 0).has(name))),
        );
        assert.deepEqual(new Set([...setOf(after, 0)].sort()), new Set([...wanted].sort()));
      }
    }
  });
});

it('only what changed is written, and phases keep what else they say', () => {
  const before = { freeze: ['conv1'], phases: [['backbone'], []] };
  const after = { freeze: before.freeze, phases: [before.phases[0] as string[], ['bn1']] };
  assert.deepEqual(freezeSettings(before, after, [{ epochs: 1, freeze: ['backbone'] }, { epochs: 2 }]), [
    {
      path: ['training', 'phases'],
      value: [
        { epochs: 1, freeze: ['backbone'] },
        { epochs: 2, freeze: ['bn1'] },
      ],
    },
  ]);
  assert.deepEqual(freezeSettings(before, before, []), []);
});
