import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterPlateauEpoch, plateauAtStart } from '../../../src/training/plateau.ts';

const losses = [1, 0.9, 0.9, 0.90005, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.7999, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7];

// Drops after each of these losses with Keras 3's ReduceLROnPlateau.
const golden: [settings: { patience: number; minDelta: number; cooldown: number }, drops: number[]][] = [
  [{ patience: 2, minDelta: 1e-4, cooldown: 0 }, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6]],
  [{ patience: 2, minDelta: 1e-4, cooldown: 2 }, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5]],
  [{ patience: 1, minDelta: 0, cooldown: 1 }, [0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 8, 9, 10, 11, 12, 13]],
];
for (const [settings, drops] of golden) {
  test(`drops as Keras does with ${JSON.stringify(settings)}`, () => {
    let state = plateauAtStart;
    const actual = losses.map((loss) => {
      state = afterPlateauEpoch(state, -loss, settings);
      return state.drops;
    });
    assert.deepEqual(actual, drops);
  });
}
