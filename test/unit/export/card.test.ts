import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PredictionLine } from '../../../src/evaluation/predictions-file.ts';
import { renderCard } from '../../../src/export/card/card.ts';
import type { CardFacts } from '../../../src/export/card/facts.ts';
import { accuracyOnly, figuresOf } from '../../../src/export/card/figures.ts';
import { limitsOf } from '../../../src/export/card/limits.ts';
import { code, escapeMarkdown, table } from '../../../src/export/card/markdown.ts';
import { currentEvents, endOf } from '../../../src/export/current-events.ts';
import { exportFormats, type ModelFormat } from '../../../src/export/formats.ts';
import { scalarsOf } from '../../../src/export/scalars.ts';
import type { JobEvent } from '../../../src/protocol/events.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { summaryOf } from '../host/summary.ts';

const labels = ['cat', 'dog | wolf'];

/** `right` of `images` of each class are recognised, with the probability given. */
function predictions(images: number, right: number, probability = 0.9): PredictionLine[] {
  return labels.flatMap((label, place) =>
    Array.from({ length: images }, (_, i): PredictionLine => {
      const predicted = i < right ? place : 1 - place;
      const probabilities = predicted === 0 ? [probability, 1 - probability] : [1 - probability, probability];
      return {
        path: `${i}.png`,
        hash: `${label}${i}`,
        split: 'test',
        label,
        predicted: labels[predicted]!,
        probabilities,
      };
    }),
  );
}

const facts = (change: Partial<CardFacts> = {}): CardFacts => ({
  run: summaryOf({ name: 'Pets *1*', epoch: 10, epochs: 10, bestEpoch: 7 }),
  end: 'completed',
  config: defaultConfig,
  changed: [],
  labels,
  preprocess: {
    version: 1,
    width: 64,
    height: 48,
    color: 'rgb',
    resize: 'crop',
    normalization: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  },
  parameters: 12_345,
  provenance: {
    dataFingerprint: 'abc123',
    labelJournalHash: 'def456',
    versions: { loupe: '0.1.0' },
    engine: { name: 'wasm', label: 'WebAssembly', device: 'CPU' },
    platform: 'linux x64',
  },
  counts: { train: [80, 80], validation: [20, 20], test: [100, 100] },
  skipped: [],
  warnings: [],
  figures: [figuresOf('test', predictions(100, 90), labels)],
  ...change,
});

describe('figures of a model card', () => {
  it('have intervals that hold the value', () => {
    const { accuracy, balancedAccuracy, f1Macro, logLoss, perClass, confused } = figuresOf(
      'test',
      predictions(100, 90),
      labels,
    );
    assert.equal(accuracy.value, 0.9);
    // Wilson's interval of 180 of 200.
    assert.deepEqual([accuracy.low?.toFixed(4), accuracy.high?.toFixed(4)], ['0.8506', '0.9343']);
    for (const one of [balancedAccuracy, f1Macro, logLoss]) {
      assert.ok((one?.low ?? 1) < (one?.value ?? 0) && (one?.value ?? 1) < (one?.high ?? 0), JSON.stringify(one));
    }
    assert.deepEqual(
      perClass.map(({ images, recall }) => [images, recall.value]),
      [
        [100, 0.9],
        [100, 0.9],
      ],
    );
    assert.deepEqual(
      confused.map(({ label, predicted, images }) => [label, predicted, images]),
      [
        [0, 1, 10],
        [1, 0, 10],
      ],
    );
  });

  it('of images of a class that the model does not know are left out', () => {
    const strange = predictions(1, 1).map((line) => ({ ...line, label: 'fish' }));
    assert.equal(figuresOf('test', [...predictions(10, 10), ...strange], labels).accuracy.value, 1);
  });

  it('of an accuracy alone are its interval', () => {
    assert.equal(accuracyOnly('validation', 0.5, 10).accuracy.value, 0.5);
  });
});

describe('limits of a model card', () => {
  const cases: [string, Partial<CardFacts>, RegExp][] = [
    [
      'few training images',
      { counts: { train: [80, 5], validation: [20, 20], test: [100, 100] } },
      /Fewer than 20 .*`dog \\\| wolf`/,
    ],
    ['uneven classes', { counts: { train: [800, 40], validation: [20, 20], test: [1, 1] } }, /20 times the images/],
    [
      'no test images',
      { counts: { train: [80, 80], validation: [20, 20], test: [0, 0] } },
      /also chose the best epoch/,
    ],
    ['nothing held out', { figures: [] }, /Nothing was held out/],
    ['few held out', { figures: [figuresOf('test', predictions(10, 9), labels)] }, /Measured on 20 images only/],
    ['a bad calibration', { figures: [figuresOf('test', predictions(100, 50, 0.99), labels)] }, /off by 49\.0 points/],
    ['skipped images', { skipped: [{ cause: 'truncated', count: 3 }] }, /3 truncated/],
    ['a stopped training', { end: 'stopped', run: summaryOf({ epoch: 2, epochs: 10 }) }, /epoch 2 of 10/],
    [
      'a class it hardly finds',
      {
        figures: [
          figuresOf('test', [...predictions(100, 95).slice(0, 100), ...predictions(100, 20).slice(100)], labels),
        ],
      },
      /less often than the rest: `dog \\\| wolf`/,
    ],
  ];
  for (const [what, change, expected] of cases) {
    it(what, () => {
      assert.match(limitsOf(facts(change)).join('\n'), expected);
    });
  }

  it('a good model has the two that every model has', () => {
    assert.equal(limitsOf(facts()).length, 2);
  });
});

describe('a model card', () => {
  it('says what it is, on which data, how it was trained and what it does', () => {
    const card = renderCard(facts({ changed: [['training.epochs', 5, 10]] }), null);
    assert.match(card, /^# Pets \\\*1\\\*\n/);
    for (const section of ['Use', 'Limits', 'Figures', 'Data', 'Training', 'Reproduce']) {
      assert.match(card, new RegExp(`^## ${section}$`, 'm'));
    }
    assert.match(card, /\| Accuracy \| 90\.0% \(85\.1–93\.4\) \|/);
    assert.match(card, /\| dog \\\| wolf \| 100 \|/);
    assert.match(card, /Fingerprint: `abc123`/);
    assert.match(card, /SHA-256 `def456`/);
    assert.match(card, /\| `training\.epochs` \| `5` \| `10` \|/);
    assert.match(card, /Tricks: .*Weight decay 0\.01/);
    assert.match(card, /Seed 42/);
  });

  for (const { name } of exportFormats.filter(({ name }) => !['tensorboard', 'mlflow', 'card'].includes(name))) {
    it(`says how to load ${name}`, () => {
      const exported = {
        format: name as ModelFormat,
        preprocessing: 'outside' as const,
        temperature: 1.5,
        name: 'pets "1"',
      };
      const card = renderCard(facts(), exported);
      assert.match(card, /pets \\"1\\"/);
      assert.match(card, /0\.25/);
      assert.match(card, /temperature of 1\.500/);
    });
  }
});

describe('Markdown', () => {
  it('shows texts as they are', () => {
    assert.equal(escapeMarkdown('a|b *c* `d`\n<e>'), 'a\\|b \\*c\\* \\`d\\` \\<e\\>');
    assert.equal(code('a`b'), '``a`b``');
    assert.equal(code('`'), '`` ` ``');
    assert.equal(code('a|b'), '`a\\|b`');
    assert.equal(table('lr', ['A', 'B'], [['1', '2']]), '| A | B |\n|:--|--:|\n| 1 | 2 |');
  });
});

describe('what other tools are told of a run', () => {
  const epoch = { t: 5, kind: 'epoch', epoch: 1, step: 3, loss: 1, accuracy: 0.5, seconds: 2, best: true } as const;
  const done = (reason: 'stopped' | 'completed'): JobEvent => ({
    t: 9,
    kind: 'done',
    reason,
    epochs: 4,
    steps: 12,
    seconds: 1,
    bestEpoch: 2,
    metrics: { validationLoss: 1, validationAccuracy: 0.5, testLoss: null, testAccuracy: 0.25 },
  });

  it('numbers under names of one style, what is not measured left out', () => {
    const event: JobEvent = { ...epoch, validationLoss: null, validationAccuracy: 0.25, macroF1: 0.2 };
    assert.deepEqual(scalarsOf(event), {
      step: 1,
      values: [
        ['epoch/loss', 1],
        ['epoch/accuracy', 0.5],
        ['epoch/seconds', 2],
        ['epoch/validation_accuracy', 0.25],
        ['epoch/macro_f1', 0.2],
      ],
    });
    assert.deepEqual(scalarsOf(done('completed')), { step: 4, values: [['test/accuracy', 0.25]] });
    assert.equal(scalarsOf({ t: 1, kind: 'status', state: 'running' }), null);
  });

  it('a session that was resumed did not end the run', () => {
    const later: JobEvent = { ...epoch, epoch: 2, step: 6, validationLoss: null, validationAccuracy: null };
    const raw: JobEvent[] = [later, done('stopped'), { t: 10, kind: 'resume', step: 3, epoch: 2 }];
    assert.deepEqual(currentEvents(raw), raw.slice(2));
    assert.equal(endOf(currentEvents(raw)), null);
    assert.equal(endOf(currentEvents([...raw, done('completed')]))?.reason, 'completed');
  });
});
