import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySet } from '../../../src/jobs/apply-set.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { nonFinite } from '../../../src/training/non-finite.ts';

const cases: [name: string, sets: string[], losses: number[], message: RegExp, advice: RegExp][] = [
  ['the first step', [], [], /first step/, /input\.normalize/],
  ['a divergence', [], [2.3, 2.1, 9], /risen from 2\.1 to 9 at learning rate 0\.5: the training diverged/, /warmUp=1/],
  [
    'a divergence after a warm-up',
    ['training.schedule.warmUp=1'],
    [2, 9],
    /diverged/,
    /a tenth of training\.learningRate\.$/,
  ],
  ['a sudden one', [], [2.3, 2.2], /one huge gradient/, /clip\.norm=1/],
  ['a sudden one in mixed precision', ['engine.precision=mixed'], [2.2], /mixed precision/, /float32/],
  [
    'a sudden one with clipping',
    ['training.clip.norm=1'],
    [2.2],
    /after a loss of 2\.2\./,
    /learning rate is too high/,
  ],
];
for (const [name, sets, losses, message, advice] of cases) {
  test(`${name} is told with its cause`, () => {
    const config = sets.reduce(applySet, defaultConfig);
    const problem = nonFinite('The loss', { step: 4, epoch: 1 }, { config, learningRate: 0.5, losses });
    assert.match(problem.message, /step 5 \(epoch 2\)/);
    assert.match(problem.message, message);
    assert.match(problem.message, /last good checkpoint is kept/);
    assert.match(problem.advice, advice);
  });
}
