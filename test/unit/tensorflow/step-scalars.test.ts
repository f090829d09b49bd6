import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepScalars } from '../../../src/engines/tensorflow/step-scalars.ts';
import { defaultConfig } from '../../../src/training/config.ts';

const { optimizer } = defaultConfig.training;

describe('scalars of a step', () => {
  it('corrects Adam’s averages in double precision', () => {
    const { correction, scaledEpsilon } = stepScalars(optimizer, { step: 0, learningRate: 0.1 }, 1);
    // With t = 1 both averages are (1 − β)·g, so the step must come out as η.
    const first = ((1 - Math.fround(0.9)) / Math.sqrt(1 - Math.fround(0.999))) * correction;
    assert.ok(Math.abs(first - 1) < 1e-12, `${first}`);
    assert.ok(Math.abs(scaledEpsilon - optimizer.epsilon * Math.sqrt(1 - Math.fround(0.999))) < 1e-18);
  });

  it('takes the momentum that a schedule gives in place of the optimizer’s own', () => {
    const table = [
      ['sgd', undefined, optimizer.momentum],
      ['rmsprop', undefined, optimizer.momentum],
      ['adamw', undefined, optimizer.beta1],
      ['lion', undefined, optimizer.beta1],
      ['sgd', 0.85, 0.85],
      ['adam', 0.85, 0.85],
    ] as const;
    for (const [name, given, expected] of table) {
      const input = { step: 3, learningRate: 0.1, ...(given !== undefined && { momentum: given }) };
      assert.equal(stepScalars({ ...optimizer, name }, input, 4).momentum, expected, name);
    }
  });
});
