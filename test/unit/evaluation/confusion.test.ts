import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { confusionPairs, mostConfused, similarityOrder } from '../../../src/evaluation/metrics/confusion.ts';
import { averageRoc } from '../../../src/evaluation/metrics/ranking.ts';

describe('confusion', () => {
  const labels = [0, 0, 0, 1, 1, 2, 2, 2, 2];
  const predicted = [0, 2, 2, 1, 1, 0, 2, 2, 2];
  const confusion = confusionPairs(3, labels, predicted);

  it('has only what occurred', () => {
    assert.deepEqual(confusion, [
      [0, 0, 1],
      [0, 2, 2],
      [1, 1, 2],
      [2, 0, 1],
      [2, 2, 3],
    ]);
  });

  it('ranks the pairs that are mistaken', () => {
    assert.deepEqual(mostConfused(confusion, 5), [
      { label: 0, predicted: 2, images: 2, share: 2 / 3 },
      { label: 2, predicted: 0, images: 1, share: 1 / 4 },
    ]);
    assert.equal(mostConfused(confusion, 1).length, 1);
  });

  it('puts classes side by side that are taken for each other', () => {
    const order = similarityOrder(4, [
      [0, 0, 5],
      [0, 3, 5],
      [1, 1, 9],
      [1, 2, 1],
      [2, 2, 10],
      [3, 3, 10],
    ]);
    assert.equal(Math.abs(order.indexOf(0) - order.indexOf(3)), 1);
    assert.equal(Math.abs(order.indexOf(1) - order.indexOf(2)), 1);
    assert.deepEqual([...order].sort(), [0, 1, 2, 3]);
    assert.deepEqual(similarityOrder(3, []), [0, 1, 2], 'nothing confused: as they are');
  });
});

describe('averageRoc', () => {
  it('is the mean of the curves on a grid', () => {
    const perfect = { falsePositive: [0, 0, 1], truePositive: [0, 1, 1], recall: [], precision: [] };
    const chance = { falsePositive: [0, 1], truePositive: [0, 1], recall: [], precision: [] };
    const { falsePositive, truePositive } = averageRoc([perfect, chance], 4);
    assert.deepEqual(falsePositive, [0, 0, 0.25, 0.5, 0.75, 1]);
    assert.deepEqual(truePositive, [0, 0.5, 0.625, 0.75, 0.875, 1]);
  });
});
