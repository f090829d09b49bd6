import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holm, mcnemar, signFlipTest } from '../../../src/evaluation/hypothesis-tests.ts';
import { pairPredictions } from '../../../src/evaluation/paired-predictions.ts';
import { compareRuns, correctAll, type Significance } from '../../../src/evaluation/significance.ts';
import { describeVerdict, points, probability } from '../../../src/evaluation/verdict.ts';
import { madeRun } from './predictions.ts';

const close = (a: number, b: number, by = 1e-12) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

describe('McNemar’s test', () => {
  it('counts exactly where few images differ, and never says more than 1', () => {
    assert.deepEqual(mcnemar(0, 0), { p: 1, exact: true });
    close(mcnemar(0, 5).p, 2 / 32);
    close(mcnemar(1, 9).p, (2 * 11) / 1024);
    assert.deepEqual(mcnemar(12, 12), { p: 1, exact: true });
    assert.equal(mcnemar(12, 13).exact, false);
  });
  it('does not depend on which is called A', () => {
    for (const [b, c] of [
      [3, 8],
      [40, 61],
    ] as const)
      assert.equal(mcnemar(b, c).p, mcnemar(c, b).p);
  });
});

describe('Holm', () => {
  it('steps down, keeps the order, and never falls', () => {
    assert.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
    assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
    assert.deepEqual(holm([]), []);
  });
});

describe('sign flips', () => {
  it('of n equal differences, two of 2ⁿ arrangements are as extreme', () => {
    assert.equal(signFlipTest([0.1, 0.1, 0.1, 0.1]), 2 / 16);
    assert.equal(signFlipTest([]), 1);
  });
});

describe('pairing predictions', () => {
  it('joins by content and path, tells what only one of them has, and leaves relabelled images out', () => {
    const a = madeRun({ accuracy: 1, images: 10 });
    const b = madeRun({ accuracy: 1, images: 10, from: 4 });
    const relabelled = { ...b, lines: b.lines.map((line, at) => (at === 0 ? { ...line, label: 'class 9' } : line)) };
    const pair = pairPredictions(a, relabelled);
    assert.deepEqual(
      pair.images.map(({ path }) => path),
      ['5.png', '6.png', '7.png', '8.png', '9.png'],
    );
    assert.deepEqual([pair.onlyInA, pair.onlyInB, pair.relabelled], [4, 4, 1]);
  });
  it('finds moved images by content, and twins by path', () => {
    const a = madeRun({ accuracy: 1, images: 3 });
    const twin = { ...(a.lines[0] as (typeof a.lines)[0]), path: 'twin.png' };
    const moved = { ...(a.lines[1] as (typeof a.lines)[0]), path: 'elsewhere/1.png' };
    const b = { ...a, lines: [twin, a.lines[0] as typeof twin, moved] };
    const pair = pairPredictions(a, b);
    assert.deepEqual(
      pair.images.map(({ path }) => path),
      ['0.png', '1.png'],
    );
    assert.equal(pair.onlyInB, 1);
  });
  it('compares on test images where both have some', () => {
    const both = (id: string) => {
      const validation = madeRun({ id, accuracy: 1, images: 5 });
      return {
        ...validation,
        lines: [...validation.lines, ...madeRun({ accuracy: 1, images: 3, split: 'test' }).lines],
      };
    };
    assert.equal(pairPredictions(both('a'), both('b')).split, 'test');
    assert.equal(pairPredictions(both('a'), both('b')).images.length, 3);
    assert.equal(pairPredictions(both('a'), madeRun({ accuracy: 1 })).split, 'validation');
  });
  it('matches classes by name when the runs list them in another order', () => {
    const a = madeRun({ accuracy: 1, images: 20 });
    const reversed = {
      ...a,
      classes: [...a.classes].reverse(),
      lines: a.lines.map((line) => ({ ...line, probabilities: [...line.probabilities].reverse() })),
    };
    const pair = pairPredictions(a, reversed);
    assert.deepEqual(pair.ofLabelA, pair.ofLabelB);
    assert.deepEqual(pair.predictedA, pair.predictedB);
  });
});

describe('comparing runs', () => {
  const seeded = (id: string, accuracy: number, seeds: number[], images = 400) =>
    seeds.map((seed) => madeRun({ id, seed, accuracy, images }));

  it('tells a clear difference, with the better side and an interval that excludes 0', () => {
    const result = compareRuns(seeded('a', 0.7, [1]), seeded('b', 0.9, [1])) as Significance;
    assert.equal(result.verdict, 'better');
    assert.equal(result.imageTest.name, 'mcnemar');
    assert.ok(result.metrics.accuracy.interval[0] > 0);
    assert.equal(result.imagesNeeded, null);
    const back = compareRuns(seeded('b', 0.9, [1]), seeded('a', 0.7, [1])) as Significance;
    assert.equal(back.verdict, 'worse');
    close(back.metrics.accuracy.difference, -result.metrics.accuracy.difference);
  });
  it('does not call equal models different, and says how many images would tell', () => {
    const result = compareRuns(seeded('a', 0.8, [1]), seeded('b', 0.805, [1])) as Significance;
    assert.equal(result.verdict, 'unclear');
    assert.ok(result.imagesNeeded === null || result.imagesNeeded > 400);
  });
  it('gives the same figures for the same seed', () => {
    const once = () => compareRuns(seeded('a', 0.7, [1]), seeded('b', 0.75, [1]), { resamples: 200, seed: 5 });
    assert.deepEqual(once(), once());
  });
  it('pairs the seeds that both have, and counts an image once', () => {
    const result = compareRuns(seeded('a', 0.7, [1, 2, 3]), seeded('b', 0.9, [2, 3, 4])) as Significance;
    assert.equal(result.images, 400);
    assert.equal(result.seedTest?.kind, 'paired');
    assert.equal(result.seedTest?.seedsA, 2);
    assert.equal(result.imageTest.name, 't');
    assert.equal(result.p, Math.max(result.imageTest.p, result.seedTest?.t.p ?? 0));
    const { both, onlyA, onlyB, neither } = result.counts;
    assert.equal(both + onlyA + onlyB + neither, 800);
  });
  it('compares seeds of their own without pairing them', () => {
    const result = compareRuns(seeded('a', 0.7, [1, 2, 3]), seeded('b', 0.9, [4, 5])) as Significance;
    assert.deepEqual([result.seedTest?.kind, result.seedTest?.seedsA, result.seedTest?.seedsB], ['independent', 3, 2]);
  });
  it('has nothing to say without a common image', () => {
    assert.equal(compareRuns([madeRun({ accuracy: 1 })], [madeRun({ accuracy: 1, from: 1000 })]), null);
  });
  it('asks for more when many runs are compared with one baseline', () => {
    const baseline = seeded('a', 0.8, [1], 300);
    const results = Array.from({ length: 20 }, (_, at) => compareRuns(baseline, seeded(`same ${at}`, 0.8, [1], 300)));
    const close = compareRuns(baseline, seeded('b', 0.88, [1], 300)) as Significance;
    const [last] = correctAll([...results, close]).slice(-1) as [Significance];
    assert.ok(last.correctedP > close.p);
    assert.ok(correctAll([...results, null]).at(-1) === null);
    // 20 runs that differ by luck alone: none is called better or worse.
    assert.deepEqual(correctAll(results).filter((result) => result?.verdict !== 'unclear').length, 0);
  });
});

describe('the verdict in words', () => {
  const base = compareRuns(
    [madeRun({ id: 'a', accuracy: 0.7 })],
    [madeRun({ id: 'b', accuracy: 0.9 })],
  ) as Significance;
  const accuracy = { a: 0.9, b: 0.913, difference: 0.013, interval: [0.004, 0.022] as [number, number] };
  const told = (change: Partial<Significance>, comparisons = 1) =>
    describeVerdict(
      { ...base, images: 2000, metrics: { ...base.metrics, accuracy }, p: 0.004, correctedP: 0.004, ...change },
      { a: 'A', b: 'B', comparisons },
    );
  it('names the better one, the size, and how sure that is', () => {
    assert.equal(
      told({ verdict: 'better' }),
      'B is better than A on 2,000 common validation images: +1.3 points, 95% interval 0.4 to 2.2; p = .004.',
    );
    assert.match(
      told({ verdict: 'better', split: 'test' }, 5),
      /2,000 common test images.*corrected for 5 comparisons/,
    );
  });
  it('says what would tell the two apart', () => {
    const unclear = { verdict: 'unclear', p: 0.3, correctedP: 0.3 } as const;
    assert.match(told({ ...unclear, imagesNeeded: 8421 }), /^Can't tell B from A.*About 6,500 images more/);
    assert.match(
      told({
        ...unclear,
        imageTest: { name: 't', p: 0.001 },
        seedTest: {
          kind: 'paired',
          seedsA: 3,
          seedsB: 3,
          t: { difference: 0.01, p: 0.3, degrees: 2, interval: [-0.1, 0.1] },
          permutationP: 0.5,
        },
      }),
      /over 3 seeds.*more seeds are needed/,
    );
  });
  it('writes probabilities and points as they are read', () => {
    assert.deepEqual([0.0004, 0.0412, 0.31, 0.999].map(probability), ['p < .001', 'p = .041', 'p = .31', 'p = 1']);
    assert.deepEqual([0.013, -0.0061, 0.0001].map(points), ['+1.3 points', '−0.6 points', '0.0 points']);
  });
});
