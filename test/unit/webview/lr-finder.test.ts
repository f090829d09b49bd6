import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toCsv } from '../../../webview/lr-finder/csv.ts';
import { lossAt, lossRange } from '../../../webview/lr-finder/loss-range.ts';
import { labelRows, markersOf } from '../../../webview/lr-finder/markers.ts';
import { noticeOf } from '../../../webview/lr-finder/notice.ts';
import { nudge, rateText, roundRate, within } from '../../../webview/lr-finder/rate.ts';
import { fakeFinder, finderScenes } from '../../tools/panel-harness/finders.ts';

describe('rates', () => {
  const range = { min: 1e-7, max: 10 };
  it('have two significant digits', () => {
    assert.deepEqual([0.0022908, 1.96e-7, 0.5, 10].map(rateText), ['0.0023', '2e-7', '0.5', '10']);
    assert.equal(rateText(null), '–');
    assert.equal(roundRate(0.0995), 0.1);
  });
  it('move with each press of a key, and never get stuck between two', () => {
    let rate = 1e-4;
    for (let press = 0; press < 60; press++) {
      const next = nudge(rate, 1, range);
      assert.ok(next > rate, `${rate} → ${next}`);
      rate = next;
    }
    for (let press = 0; press < 60; press++) {
      const next = nudge(rate, -1, range);
      assert.ok(next < rate, `${rate} → ${next}`);
      rate = next;
    }
  });
  it('stay inside of the sweep', () => {
    assert.equal(nudge(9.9, 10, range), 10);
    assert.equal(nudge(1e-7, -1, range), 1e-7);
    assert.equal(within(400, range), 10);
  });
});

describe('markersOf', () => {
  const ranges = {
    valley: { median: 0.001, min: 5e-4, max: 0.002, seeds: 3 },
    minimum: { median: 0.02, min: 0.02, max: 0.02, seeds: 3 },
  };
  it('stand where they were suggested or dragged', () => {
    const [valley, minimum] = markersOf(ranges, { minimum: 0.05 }, 'valley');
    assert.deepEqual([valley!.rate, valley!.moved, valley!.selected], [0.001, false, true]);
    assert.deepEqual([minimum!.rate, minimum!.suggested, minimum!.moved, minimum!.selected], [0.05, 0.02, true, false]);
  });
  it('one of them is selected, also where the chosen one is not there', () => {
    assert.deepEqual(
      markersOf(ranges, {}, 'slide').map(({ selected }) => selected),
      [true, false],
    );
    assert.deepEqual(markersOf({}, {}, 'valley'), []);
  });
});

describe('labelRows', () => {
  const box = (left: number, width = 50) => ({ left, width });
  it('puts labels that would overlap above one another', () => {
    assert.deepEqual(labelRows([box(0), box(100), box(20), box(40)], 3), [0, 0, 1, 2]);
  });
  it('crowds the last row where the rows don’t suffice', () => {
    assert.deepEqual(labelRows([box(0), box(1), box(2)], 2), [0, 1, 1]);
  });
});

describe('lossRange', () => {
  const band = (median: number[]) => ({ rates: median.map((_, i) => 10 ** i), min: median, median, max: median });
  it('spans the descent and cuts the loss that runs away', () => {
    const range = lossRange(band([2, 2, 1, 500]))!;
    assert.ok(range.min < 1 && range.min > 0.8);
    assert.ok(range.max > 2 && range.max < 3);
  });
  it('has a height where the loss is flat, and none without points', () => {
    const range = lossRange(band([2, 2, 2]))!;
    assert.ok(range.max > 2 && range.min < 2);
    assert.equal(lossRange(band([])), null);
  });
  it('reads the loss between two points on the logarithmic scale', () => {
    assert.equal(lossAt(band([3, 2, 1]), 10), 2);
    assert.ok(Math.abs(lossAt(band([3, 2, 1]), 10 ** 1.5)! - 1.5) < 1e-12);
    assert.equal(lossAt(band([3, 2, 1]), 0.1), null);
    assert.equal(lossAt(band([3, 2, 1]), 1e9), null);
  });
});

describe('noticeOf', () => {
  for (const [scene, kind, title] of [
    ['starting', 'busy', /Starting/],
    ['running', 'busy', /Seed 2 of 3/],
    ['done', 'good', /confidence/],
    ['flat', 'warning', /No usable valley/],
    ['noisy', 'warning', /No usable valley/],
    ['not-finite', 'warning', /No usable valley/],
    ['failed', 'bad', /one class/],
  ] as const) {
    it(`says of ${scene}: ${title.source}`, () => {
      const notice = noticeOf(finderScenes[scene]!());
      assert.equal(notice.kind, kind);
      assert.match(notice.title, title);
    });
  }
  it('knows what ended without a verdict', () => {
    assert.equal(noticeOf(fakeFinder({ done: 0, state: 'stopped' })).kind, 'quiet');
    const interrupted = noticeOf(fakeFinder({ done: 30, state: 'interrupted' }));
    assert.deepEqual([interrupted.kind, interrupted.log], ['warning', true]);
  });
});

describe('toCsv', () => {
  it('has a line a point, and nothing where there is no number', () => {
    const sweep = { seed: 7, end: null, rates: [1e-7, 0.5], losses: [2, null], smoothed: [2, null], suggestions: {} };
    assert.equal(toCsv([sweep]), 'seed,iteration,learning_rate,loss,smoothed_loss\n7,0,1e-7,2,2\n7,1,0.5,,\n');
  });
});
