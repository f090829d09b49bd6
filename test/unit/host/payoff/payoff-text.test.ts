import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  payoffDocument,
  payoffFigure,
  payoffMessage,
  payoffProgress,
} from '../../../../src/host/payoff/payoff-text.ts';
import type { PayoffChange, PayoffReport } from '../../../../src/protocol/payoff.ts';

const t = (message: string, ...values: (string | number)[]) =>
  message.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)]));

function change(part: Partial<PayoffChange> = {}): PayoffChange {
  const figures = { images: 200, before: 0.81, after: 0.842, difference: 0.032, p: 0.01, text: '' };
  return { ...figures, interval: [0.011, 0.053], verdict: 'better', ...part };
}

const seeds = [1, 2, 3];
const cases: [string, Parameters<typeof payoffMessage>[0], string][] = [
  [
    'better',
    { heldOut: change(), verified: change({ images: 20, interval: [-0.05, 0.2] }), seeds },
    'Cleaning: accuracy 81.0% → 84.2% (change +1.1 to +5.3 points) on 200 held-out images. On the 20 that you verified: accuracy 81.0% → 84.2% (change −5.0 to +20.0 points).',
  ],
  [
    'unclear, of one seed',
    { heldOut: change({ verdict: 'unclear' }), verified: null, seeds: [1] },
    'Cleaning: accuracy 81.0% → 84.2% (change +1.1 to +5.3 points) on 200 held-out images. That may be chance. With one seed, the luck of training is part of it.',
  ],
  [
    'of few verified images',
    { heldOut: change(), verified: change({ images: 2 }), seeds },
    'Cleaning: accuracy 81.0% → 84.2% (change +1.1 to +5.3 points) on 200 held-out images. You verified 2 of them, too few to tell more.',
  ],
  [
    'nothing',
    { heldOut: null, verified: null, seeds },
    'Nothing was held out that both trainings have predicted: there is no payoff to measure.',
  ],
];

for (const [name, report, expected] of cases) {
  test(`payoff message: ${name}`, () => assert.equal(payoffMessage(report, t), expected));
}

test('payoff progress: which training it is; other lines say nothing', () => {
  assert.equal(payoffProgress('{"what":"payoff","done":2,"total":6}', t), 'training 2 of 6');
  assert.equal(payoffProgress('{"what":"scan","done":2,"total":null}', t), 'looking through the images');
  for (const line of ['{"what":"step","done":2,"total":6}', 'a log line', '[]'])
    assert.equal(payoffProgress(line, t), null);
});

const report: PayoffReport = {
  ...{ version: 1, id: 'a', folder: '/w/.loupe/payoff/a', name: 'small_cnn', source: '/w/flo*wers' },
  ...{ createdAt: '2026-11-25T19:00:00.000Z', seeds, notes: ['A note.'] },
  edits: { relabelled: 12, labelled: 0, excluded: 3 },
  heldOut: change(),
  verified: change({ images: 20, before: 0.7, p: 0.0001 }),
  runs: [
    { arm: 'before', seed: 1, folder: '/w/.loupe/runs/1' },
    { arm: 'after', seed: 1, folder: null },
  ],
};

test('payoff figure: of what was verified, where that is enough', () => {
  assert.equal(payoffFigure(report), '70.0% → 84.2%');
  assert.equal(payoffFigure({ ...report, verified: change({ images: 2 }) }), '81.0% → 84.2%');
  assert.equal(payoffFigure({ heldOut: null, verified: null }), '');
});

test('payoff document: every figure in a table, names as they read', () => {
  const text = payoffDocument(report, t);
  assert.match(text, /^# Payoff of cleaning flo\\\*wers\n/);
  assert.match(
    text,
    /\| All held\\-out images \| 200 \| 81\.0% \| 84\.2% \| \\\+3\.2 \| \\\+1\.1 … \\\+5\.3 \| 0\.010 \|/,
  );
  assert.match(text, /\| Those that you verified \| 20 \| 70\.0% \| 84\.2% \|.*\| \\< 0\.001 \|/);
  assert.match(text, /12 images relabelled, 0 newly labelled, 3 excluded\. small\\_cnn trained with 3 seeds each/);
  assert.match(text, /A note\./);
  assert.match(text, /\| before \| 1 \| \/w\/\.loupe\/runs\/1 \|/);
  assert.doesNotMatch(text, /\| after \|/, 'a run that was not begun is none');
  assert.doesNotMatch(payoffDocument({ ...report, heldOut: null, verified: null }, t), /95 % interval/);
});
