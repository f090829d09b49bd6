import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FirstRunFacts, planFirstRun, quickWeights } from '../../../src/first-run/plan.ts';
import type { WeightsAtHand } from '../../../src/first-run/weights-at-hand.ts';
import { findConfigIssues } from '../../../src/jobs/config-file.ts';

const mobileNet: WeightsAtHand = {
  weights: '/w/mobilenet.pth',
  architecture: 'mobilenet-v2',
  width: 1,
  normalize: 'imagenet',
};
const small: WeightsAtHand = { ...mobileNet, weights: '/w/small.pth', width: 0.35 };
const resnet: WeightsAtHand = { ...mobileNet, weights: 'resnet50', architecture: 'resnet50' };
const cpu = { name: 'tensorflow', label: 'TensorFlow 2.21', gpu: false } as const;

function facts(change: Partial<FirstRunFacts>): FirstRunFacts {
  const perClass = ['cats', 'dogs'].map((label) => ({ label, images: 100 }));
  return { images: 200, perClass, side: 300, engine: cpu, atHand: [mobileNet], named: false, ...change };
}

describe('the plan of a first run', () => {
  for (const [what, change, network, side, recipe] of [
    [
      'few images: the last layer only',
      { perClass: [{ label: 'cats', images: 12 }] },
      'mobilenet-v2',
      128,
      'transfer-frozen',
    ],
    ['some images: all layers', {}, 'mobilenet-v2', 128, 'transfer-finetune'],
    ['many images without a GPU: what is done in time', { images: 100_000 }, 'mobilenet-v2', 128, 'transfer-frozen'],
    [
      'many images with a GPU: all layers of the best network, larger',
      { images: 20_000, atHand: [mobileNet, resnet], engine: { ...cpu, gpu: true } },
      'resnet50',
      224,
      'transfer-finetune',
    ],
    [
      'the best network whose training is done in time',
      { images: 8_000, atHand: [resnet, mobileNet, small] },
      'mobilenet-v2',
      128,
      'transfer-finetune',
    ],
    ['small images are enlarged', { side: 28 }, 'mobilenet-v2', 64, 'transfer-finetune'],
    ['no weights: from scratch', { atHand: [] }, null, 64, 'balanced'],
    ['no weights, many small images', { atHand: [], side: 32, images: 10_000 }, null, 32, 'small-images'],
  ] as const) {
    it(what, async () => {
      const plan = planFirstRun(facts(change as Partial<FirstRunFacts>));
      assert.deepEqual([plan.weights?.architecture ?? null, plan.side, plan.recipe], [network, side, recipe]);
      assert.deepEqual(await findConfigIssues(plan.config), []);
      assert.deepEqual(plan.reasons.map((reason) => reason.what).sort(), ['Image size', 'Network', 'Recipe']);
      for (const { why } of plan.reasons) assert.match(why, /^.{20,}\.$|again\.$/);
    });
  }

  it('the widest of one network’s weights is the best', () => {
    const plan = planFirstRun(facts({ atHand: [small, mobileNet] }));
    assert.equal(plan.weights, mobileNet);
    assert.deepEqual([plan.config.model?.weights, plan.config.model?.width], [mobileNet.weights, undefined]);
    assert.equal(planFirstRun(facts({ atHand: [small] })).config.model?.width, 0.35);
  });

  it('a quick look takes the most accurate network that is quick everywhere, else the quickest', () => {
    assert.equal(quickWeights([]), null);
    assert.equal(quickWeights([resnet, small, mobileNet]), mobileNet);
    assert.equal(quickWeights([resnet]), resnet);
  });

  it('names the rarest class, and tells how to get weights where there are none', () => {
    const [, , recipe] = planFirstRun(
      facts({
        perClass: [
          { label: 'cats', images: 90 },
          { label: 'owls', images: 3 },
        ],
      }),
    ).reasons;
    assert.match(recipe?.why ?? '', /^"owls" has 3 images/);
    assert.match(planFirstRun(facts({ atHand: [] })).reasons[0]?.why ?? '', /loupe zoo get mobilenet-v2/);
  });
});
