import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combineOpinions } from '../../../src/evaluation/predictor/combine.ts';
import { averageWeights, StatisticsMean } from '../../../src/evaluation/predictor/soup.ts';
import { makeViews, type View, viewsNames } from '../../../src/evaluation/predictor/views.ts';
import type { DecodeSettings } from '../../../src/images/preprocess.ts';

const rows = (...values: number[]) => Float32Array.from(values);
const opinion = (probabilities: Float32Array, weight = 1) => ({ probabilities, weight });
const near = (actual: Float32Array, expected: number[]) =>
  expected.forEach((value, i) => {
    assert.ok(Math.abs((actual[i] as number) - value) < 1e-6, `${actual} ≠ ${expected}`);
  });

describe('combineOpinions', () => {
  it('averages, plain or weighted', () => {
    const opinions = [opinion(rows(0.8, 0.2), 3), opinion(rows(0.4, 0.6), 1)];
    near(combineOpinions('mean', opinions, 2), [0.6, 0.4]);
    near(combineOpinions('weighted', opinions, 2), [0.7, 0.3]);
  });

  it('is the one opinion there is, untouched', () => {
    const only = rows(0.1, 0.9);
    assert.equal(combineOpinions('vote', [opinion(only)], 2), only);
  });

  const votes: [name: string, opinions: number[][], winner: number][] = [
    [
      'the majority',
      [
        [0.9, 0.1, 0],
        [0.4, 0.6, 0],
        [0.4, 0.6, 0],
      ],
      1,
    ],
    [
      'the majority against a surer minority',
      [
        [1, 0, 0],
        [0.49, 0.51, 0],
        [0.49, 0.51, 0],
      ],
      1,
    ],
    [
      'of equal votes the larger mean',
      [
        [0.9, 0.1, 0],
        [0.2, 0.5, 0.3],
      ],
      0,
    ],
    [
      'of equal votes and means the first',
      [
        [0.2, 0.8, 0],
        [0.8, 0.2, 0],
      ],
      0,
    ],
    [
      'the class nobody doubts',
      [
        [0, 0, 1],
        [0, 0, 1],
      ],
      2,
    ],
  ];
  for (const [name, opinions, winner] of votes) {
    it(`votes for ${name}`, () => {
      const answer = combineOpinions(
        'vote',
        opinions.map((row) => opinion(rows(...row))),
        3,
      );
      assert.equal(answer.indexOf(Math.max(...answer)), winner, String(answer));
      assert.ok(Math.abs(answer.reduce((sum, value) => sum + value, 0) - 1) < 1e-6);
    });
  }
});

describe('makeViews', () => {
  const settings: DecodeSettings = { width: 7, height: 7, color: 'rgb', resize: 'crop' };
  const image = Uint8Array.from({ length: 147 }, (_, i) => (i * 37) % 251);
  const draw = (view: View, source: Uint8Array) => {
    const target = new Uint8Array(147);
    view.draw(source, target);
    return target;
  };

  for (const name of viewsNames) {
    it(`${name}: weights sum to 1 and views depend on the image and the seed only`, () => {
      const made = makeViews({ name, count: 4, seed: 3 }, settings);
      const again = makeViews({ name, count: 4, seed: 3 }, settings);
      assert.ok(Math.abs(made.views.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-12);
      const bytes = made.settings.width * made.settings.height * 3;
      const source = Uint8Array.from({ length: bytes }, (_, i) => (i * 37) % 251);
      for (const [at, view] of made.views.entries()) {
        assert.deepEqual(draw(view, source), draw(again.views[at] as View, source));
      }
    });
  }

  it('gives the plain image a quarter as fastai does, or its share', () => {
    assert.deepEqual(
      makeViews({ name: 'augment', count: 4, seed: 0 }, settings).views.map(({ weight }) => weight),
      [0.25, 0.1875, 0.1875, 0.1875, 0.1875],
    );
    assert.equal(makeViews({ name: 'augment-mean', count: 4, seed: 0 }, settings).views[0]?.weight, 1 / 5);
    assert.deepEqual(draw(makeViews({ name: 'augment', count: 4, seed: 0 }, settings).views[0] as View, image), image);
  });

  it('changes what it augments, each view and seed in another way', () => {
    const pictures = [0, 1].flatMap((seed) =>
      makeViews({ name: 'augment', count: 3, seed }, settings).views.map((view) => draw(view, image).join()),
    );
    assert.equal(new Set(pictures).size, 7, 'six changes and the plain image');
  });

  it('mirrors', () => {
    const [, mirrored] = makeViews({ name: 'flip', count: 0, seed: 0 }, settings).views;
    const picture = draw(mirrored as View, image);
    assert.deepEqual(picture.subarray(0, 3), image.subarray(18, 21));
    assert.deepEqual(draw(mirrored as View, picture), image);
  });

  it('cuts ten crops of an image 8/7 as large: middle and corners, plain and mirrored', () => {
    const { settings: large, views } = makeViews({ name: 'ten-crop', count: 0, seed: 0 }, settings);
    assert.deepEqual([large.width, large.height, views.length], [8, 8, 10]);
    const source = Uint8Array.from({ length: 192 }, (_, i) => Math.floor(i / 3));
    const first = views.filter((_, at) => at % 2 === 0).map((view) => draw(view, source)[0]);
    assert.deepEqual(first, [0, 0, 1, 8, 9]);
    assert.equal(draw(views[1] as View, source)[0], 6);
  });
});

describe('soup', () => {
  it('averages weights by place, and statistics over batches', () => {
    const make = (...values: number[]) => [{ name: 'a', shape: [values.length], data: Float32Array.from(values) }];
    assert.deepEqual([...(averageWeights([make(1, 2), make(3, 6)])[0]?.data ?? [])], [2, 4]);
    const mean = new StatisticsMean([2, 1]);
    mean.add([rows(1, 2), rows(3)]);
    mean.add([rows(3, 4), rows(5)]);
    assert.deepEqual(
      mean.result().map((values) => [...values]),
      [[2, 3], [4]],
    );
  });
});
