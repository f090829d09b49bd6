import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  broadcastAxes,
  broadcastShape,
  elements,
  type Padding,
  windowOutput,
} from '../../../src/engines/tensorflow/graph/shapes.ts';

type Shape = (number | null)[];

describe('shapes', () => {
  const windows: [number | null, number, number, Padding, number | null][] = [
    [8, 3, 1, 'SAME', 8],
    [8, 3, 2, 'SAME', 4],
    [7, 2, 2, 'SAME', 4],
    [8, 3, 1, 'VALID', 6],
    [8, 3, 2, 'VALID', 3],
    [null, 3, 1, 'VALID', null],
  ];
  for (const [size, window, stride, padding, expected] of windows) {
    it(`a window of ${window}, stride ${stride}, ${padding} over ${size}`, () =>
      assert.equal(windowOutput(size, window, stride, padding), expected));
  }

  const broadcasts: [Shape, Shape, Shape, number[]][] = [
    [[null, 8, 8, 4], [4], [null, 8, 8, 4], [0, 1, 2]],
    [
      [null, 8, 8, 4],
      [null, 1, 1, 4],
      [null, 8, 8, 4],
      [1, 2],
    ],
    [[null, 3], [], [null, 3], [0, 1]],
    [[2, 3], [2, 3], [2, 3], []],
    [[2, 1], [1, 3], [2, 3], [0]],
  ];
  for (const [a, b, whole, axes] of broadcasts) {
    it(`[${a}] with [${b}]`, () => {
      assert.deepEqual(broadcastShape(a, b), whole);
      assert.deepEqual(broadcastShape(b, a), whole);
      assert.deepEqual(broadcastAxes(b, whole), axes);
    });
  }

  it('refuses shapes that do not broadcast, and sizes that are not known', () => {
    assert.throws(() => broadcastShape([2, 3], [2, 4]), /do not broadcast/);
    assert.throws(() => elements([null, 3]), /no fixed size/);
    assert.equal(elements([null, 3, 4], 1), 12);
  });
});
