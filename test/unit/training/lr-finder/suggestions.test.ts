import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  minimum,
  slide,
  steep,
  suggestRates,
  usableCurve,
  valley,
} from '../../../../src/training/lr-finder/suggestions.ts';

/** Rates 1, 10, 100 …, so that a rate says its position. */
const curve = (...losses: number[]) => ({ losses, rates: losses.map((_, i) => 10 ** i) });
const positionOf = (rate: number | null) => Math.round(Math.log10(rate as number));

describe('usableCurve', () => {
  const rates = Array.from({ length: 100 }, (_, i) => i + 1);
  const losses = rates.map((rate) => 2 * rate);
  const ends = ({ rates: used }: { rates: readonly number[] }) => [used[0], used.at(-1), used.length];

  it('leaves out the first tenth and the last five', () => {
    assert.deepEqual(ends(usableCurve(rates, losses, 100)), [11, 95, 85]);
  });
  it('counts the tenth of the planned iterations where a sweep ended early', () => {
    assert.deepEqual(ends(usableCurve(rates.slice(0, 60), losses.slice(0, 60), 100)), [11, 55, 45]);
  });
  it('goes up to the first loss that is no number: the five are those that would have followed', () => {
    const broken = [...losses.slice(0, 40), Number.NaN];
    assert.deepEqual(ends(usableCurve(rates.slice(0, 41), broken, 100)), [11, 40, 30]);
    const late = [...losses.slice(0, 98), Number.NaN];
    assert.deepEqual(ends(usableCurve(rates.slice(0, 99), late, 100)), [11, 95, 85]);
  });
  it('is empty where there is too little', () => {
    assert.deepEqual(ends(usableCurve(rates.slice(0, 12), losses.slice(0, 12), 100)), [undefined, undefined, 0]);
    assert.deepEqual(suggestRates(usableCurve([], [], 100)), {});
  });
});

describe('valley', () => {
  for (const [what, losses, at] of [
    // Longest decreasing: nine points, end 8, start −1, thirds 3: −1 + 3 + 1.
    ['a straight descent', [9, 8, 7, 6, 5, 4, 3, 2, 1], 3],
    // 9 8 7 6 5 4: end 8, length 6, start 2, thirds 2: 2 + 2 + 1.
    ['a plateau before the descent', [9, 9, 9, 9, 8, 7, 6, 5, 4, 9], 5],
    // An early spike is part of the subsequence only once: 9 5 4 3, end 4, length 4, start 0, thirds 1.33: 0 + 1 + 0.
    ['an early spike', [5, 9, 5, 4, 3, 6], 1],
    ['a curve that only rises', [1, 2, 3, 4], 0],
    ['one point', [3], 0],
    // Of two descents of equal length the first: end 3, length 4, start −1, thirds 1.33: −1 + 1 + 0.
    ['two equal descents', [5, 4, 3, 2, 9, 8, 7, 6], 0],
  ] as const) {
    it(`finds its place in ${what}`, () => assert.equal(positionOf(valley(curve(...losses))), at));
  }
});

describe('steep', () => {
  it('begins the steepest interval by Δloss/Δln(rate)', () => {
    assert.equal(positionOf(steep(curve(5, 4.5, 2.9, 1.5, 1.4, 6))), 1);
  });
  it('counts the distance of rates that are not evenly spread', () => {
    assert.equal(steep({ rates: [1, 2, 200], losses: [5, 4, 1] }), 1);
    assert.equal(steep({ rates: [1, 100, 200], losses: [5, 4, 3] }), 100);
  });
  it('needs two points', () => assert.equal(steep(curve(1)), null));
});

describe('minimum', () => {
  it('is a tenth of the first of the lowest points', () => {
    assert.equal(minimum(curve(5, 3, 1, 1, 2)), 10);
  });
});

describe('slide', () => {
  const flat = (length: number) => new Array<number>(length).fill(2);

  it('needs sixteen points', () => {
    assert.equal(slide(curve(...flat(15))), null);
    assert.equal(positionOf(slide(curve(...flat(16)))), 0);
  });
  it('stays at the end of a curve that does not rise there', () => {
    assert.equal(positionOf(slide(curve(...flat(30)))), 14);
  });
  it('slides down while one end rises and the other does not', () => {
    // Rises from position 20 on: the right end of the interval leaves the rise at 19, where its left end is at 4.
    const losses = [...flat(20), ...Array.from({ length: 10 }, (_, i) => 2 + 0.1 * (i + 1))];
    assert.equal(positionOf(slide(curve(...losses))), 4);
  });
  it('goes to the very start of a short curve', () => {
    const losses = [...flat(3), ...Array.from({ length: 17 }, (_, i) => 2 + 0.01 * (i + 1) ** 2)];
    assert.equal(positionOf(slide(curve(...losses))), 0);
  });
});
