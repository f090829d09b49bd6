import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classWeightsOf } from '../../../src/training/class-weights.ts';
import { countLabels } from '../../../src/training/data-warnings.ts';
import { epochOrder } from '../../../src/training/order.ts';
import { sampledCounts, sampledOrder } from '../../../src/training/sampling.ts';

function close(actual: number[] | null, expected: number[]): void {
  assert.equal(actual?.length, expected.length);
  for (const [i, value] of expected.entries()) assert.ok(Math.abs((actual?.[i] ?? 0) - value) < 1e-12, `${actual}`);
}

describe('classWeightsOf', () => {
  it('is nothing by default', () => assert.equal(classWeightsOf({ name: 'none', beta: 0.999 }, [1, 9]), null));

  // scikit-learn: compute_class_weight('balanced', …) of 30, 60 and 10 images.
  it('is N / (K · n) as scikit-learn’s balanced', () => {
    close(classWeightsOf({ name: 'inverse', beta: 0 }, [30, 60, 10]), [100 / 90, 100 / 180, 100 / 30]);
  });

  it('passes over classes without images', () => {
    close(classWeightsOf({ name: 'inverse', beta: 0 }, [30, 0, 10]), [40 / 60, 1, 40 / 20]);
  });

  it('goes with β from equal weights to inverse ones', () => {
    const weights = (beta: number) => classWeightsOf({ name: 'effective-number', beta }, [30, 10]);
    close(weights(0), [1, 1]);
    const [frequent, rare] = weights(0.999999) as [number, number];
    assert.ok(Math.abs(rare / frequent - 3) < 1e-4);
  });

  // By hand: (1 − 0.9) / (1 − 0.9²) = 0.526316, (1 − 0.9) / (1 − 0.9) = 1; their mean over 2 + 1 images is 0.684211.
  it('is the effective number’s inverse, 1 on average over the images', () => {
    close(classWeightsOf({ name: 'effective-number', beta: 0.9 }, [2, 1]), [0.1 / 0.19 / (13 / 19), 19 / 13]);
  });
});

describe('sampledOrder', () => {
  // 6 images of class 0, 2 of class 1, 1 of class 2, at positions 10 …
  const labels = [0, 0, 0, 0, 0, 0, 1, 1, 2];
  const images = Uint32Array.from(labels, (_, i) => i + 10);
  const labelOf = (image: number) => labels[image - 10] as number;
  const order = (sampling: 'none' | 'over' | 'under', epoch: number, seed = 7) =>
    sampledOrder(images, labels, { sampling, seed, epoch });

  it('is the plain order without sampling', () => assert.deepEqual(order('none', 3), epochOrder(images, 7, 3)));

  for (const [sampling, expected] of [
    ['over', [6, 6, 6]],
    ['under', [1, 1, 1]],
  ] as const) {
    it(`${sampling}: every class equally often`, () => {
      assert.deepEqual(sampledCounts([6, 2, 1], sampling), expected);
      assert.deepEqual(countLabels([...order(sampling, 2)].map(labelOf), 3), expected);
    });
  }

  it('repeats for a seed and an epoch, and differs between them', () => {
    assert.deepEqual(order('over', 1), order('over', 1));
    assert.notDeepEqual(order('over', 1), order('over', 2));
    assert.notDeepEqual(order('over', 1), order('over', 1, 8));
  });

  it('lets all images of a class take turns', () => {
    for (const [sampling, epochs, times] of [
      ['under', 6, 1],
      ['over', 3, 3],
    ] as const) {
      const all = Array.from({ length: epochs }, (_, epoch) => [...order(sampling, epoch)]).flat();
      const frequent = all.filter((image) => labelOf(image) === 0);
      assert.deepEqual(
        countLabels(
          frequent.map((image) => image - 10),
          6,
        ),
        new Array(6).fill(times),
      );
    }
  });

  it('passes over classes without images', () => assert.deepEqual(sampledCounts([4, 0, 2], 'over'), [4, 0, 4]));
});
