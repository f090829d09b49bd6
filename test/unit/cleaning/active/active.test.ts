import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suggestClasses } from '../../../../src/cleaning/active/suggest.ts';
import { marginUncertainty, usefulOrder } from '../../../../src/cleaning/active/useful-order.ts';

/** Rows of length 1 at these angles, degrees. */
const at = (...degrees: number[]) =>
  Float32Array.from(
    degrees.flatMap((degree) => [Math.cos((degree * Math.PI) / 180), Math.sin((degree * Math.PI) / 180)]),
  );

describe('what labelled images say of others', () => {
  test('the class of the most similar, as sure as they agree', () => {
    const labelled = at(0, 2, 88, 90);
    const labels = Uint32Array.of(0, 0, 1, 1);
    const { probabilities, distance } = suggestClasses(at(1, 89, 45), labelled, labels, { size: 2, classes: 2 });
    assert.ok((probabilities[0] as number) > 0.99 && (probabilities[3] as number) > 0.99);
    assert.ok(Math.abs((probabilities[4] as number) - 0.5) < 0.02, 'in the middle it is torn');
    assert.ok((distance[0] as number) < 0.001);
    assert.ok(Math.abs((distance[2] as number) - (1 - Math.cos((43 * Math.PI) / 180))) < 1e-6);
    for (const row of [0, 2, 4])
      assert.ok(Math.abs((probabilities[row] as number) + (probabilities[row + 1] as number) - 1) < 1e-6);
  });

  test('votes as in the weights e^(similarity / 0.07), of the k nearest only', () => {
    const { probabilities } = suggestClasses(at(0), at(0, 30, 60), Uint32Array.of(0, 1, 1), {
      size: 2,
      classes: 2,
      k: 2,
    });
    const vote = Math.exp((Math.cos(Math.PI / 6) - 1) / 0.07);
    assert.ok(Math.abs((probabilities[1] as number) - vote / (1 + vote)) < 1e-6);
  });
});

test('uncertainty by margin', () => {
  const table: [number[], number][] = [
    [[0.5, 0.5], 1],
    [[1, 0], 0],
    [[0.2, 0.7, 0.1], 0.5],
    [[], 1],
  ];
  for (const [probabilities, expected] of table) {
    assert.ok(Math.abs(marginUncertainty(probabilities) - expected) < 1e-9, String(probabilities));
  }
});

describe('most useful to label next', () => {
  test('of equal distance the least certain first, of equal certainty the farthest', () => {
    const spread = at(0, 120, 240);
    assert.deepEqual([...usefulOrder([0.1, 0.9, 0.5], spread, 2, [1, 1, 1])], [1, 2, 0]);
    assert.deepEqual([...usefulOrder([0.5, 0.5, 0.5], spread, 2, [0.2, 0.3, 0.9])], [2, 1, 0]);
  });

  test('copies of what was chosen come last, however uncertain', () => {
    const [a, b, copy, far] = [0, 1, 2, 3];
    const order = [...usefulOrder([1, 0.9, 0.95, 0.2], at(0, 90, 0.5, 180), 2, [1, 1, 1, 1])];
    assert.equal(order[0], a);
    assert.deepEqual(order.slice(-1), [copy]);
    assert.deepEqual(new Set(order.slice(1, 3)), new Set([b, far]));
  });

  test('each image once, also beyond those that are chosen one by one', () => {
    const many = 700;
    const order = usefulOrder(
      Float32Array.from({ length: many }, (_, i) => i / many),
      at(...Array.from({ length: many }, (_, i) => i)),
      2,
      new Float32Array(many).fill(1),
    );
    assert.equal(new Set(order).size, many);
  });

  test('nothing labelled: any distance counts alike', () => {
    const order = usefulOrder([1, 1], at(0, 90), 2, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    assert.deepEqual([...order], [0, 1]);
  });
});
