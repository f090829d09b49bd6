import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAlgorithms, readBaseline, readProgress, readStart, readZoo } from '../../../src/host/transfer/answers.ts';
import { escaped, table } from '../../../src/host/transfer/markdown.ts';

const share = { value: 0.8, low: 0.7, high: 0.9 };
const baseline = {
  images: 24,
  folds: 5,
  neighbours: { k: 20, accuracy: share },
  probe: { strength: 0.1, accuracy: share },
  perClass: [{ label: 'a', images: 12, recall: share }],
  hard: ['a'],
  confused: [{ label: 'a', predicted: 'b', images: 3 }],
};

describe('answers of transfer verbs', () => {
  it('a baseline comes back as it is, and nothing else is taken for one', () => {
    assert.deepEqual(readBaseline(baseline), baseline);
    for (const other of [null, {}, { ...baseline, probe: {} }, 'text']) assert.equal(readBaseline(other), null);
  });

  it('a plan has its reasons, its config and, where it was measured, its baseline', () => {
    const reasons = [{ what: 'Network', choice: 'resnet18', why: 'Because.' }];
    const answer = { images: 24, classes: ['a', 'b'], plan: { reasons }, baseline, config: '/x.loupe.json' };
    assert.deepEqual(readStart(answer), {
      images: 24,
      classes: ['a', 'b'],
      reasons,
      baseline,
      config: '/x.loupe.json',
    });
    assert.equal(readStart({ ...answer, baseline: null })?.baseline, null);
    assert.equal(readStart({ ...answer, config: null }), null);
  });

  it('algorithms without an accuracy are left out', () => {
    const one = {
      title: 'SVM',
      setting: 'C = 1',
      features: 'HOG',
      accuracy: share,
      fitSeconds: 1,
      predictMs: 2,
      bytes: 3,
      interpretability: 'None.',
    };
    assert.deepEqual(readAlgorithms({ comparison: { algorithms: [{ ...one, name: 'svm' }, { title: 'x' }] } }), [one]);
    assert.equal(readAlgorithms({}), null);
  });

  it('the zoo says what is on this machine', () => {
    const entry = {
      name: 'resnet18',
      architecture: 'resnet18',
      task: 'ImageNet',
      top1: 69.8,
      side: 224,
      mebibytes: 44.7,
      licence: 'BSD',
    };
    assert.deepEqual(
      readZoo({
        entries: [
          { ...entry, file: '/f' },
          { ...entry, file: null },
        ],
      })?.map(({ here }) => here),
      [true, false],
    );
    assert.equal(readZoo([]), null);
  });

  it('only progress is progress', () => {
    assert.deepEqual(readProgress('{"what":"embed","done":3,"total":9}'), { done: 3, total: 9 });
    assert.deepEqual(readProgress('{"what":"scan","done":3,"total":null}'), { done: 3, total: null });
    for (const line of ['', 'text', '{}', '[1]']) assert.equal(readProgress(line), null);
  });
});

describe('texts in Markdown', () => {
  it('mean themselves, whatever they hold', () => {
    assert.equal(escaped('a|b *c* <img src=x> [d](e)\n# f'), 'a\\|b \\*c\\* \\<img src=x\\> \\[d\\]\\(e\\) \\# f');
    assert.equal(escaped('R&D'), 'R&amp;D');
  });

  it('a table has a row for titles, one for how columns stand, and the others', () => {
    assert.equal(table(['A', 'B'], 'lr', [['x', '1']]), '| A | B |\n| :-- | --: |\n| x | 1 |');
  });
});
