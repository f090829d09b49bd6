import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readProgress, readReportFolder, readZoo } from '../../../src/host/transfer/answers.ts';
import { escaped, table } from '../../../src/host/transfer/markdown.ts';

describe('answers of transfer verbs', () => {
  it('a report has a folder where it was kept', () => {
    assert.equal(readReportFolder({ report: '/x/.loupe/baselines/1' }), '/x/.loupe/baselines/1');
    for (const other of [null, {}, { report: null }, [], 'text']) assert.equal(readReportFolder(other), null);
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
      url: 'https://example.org/resnet18-f37072fd.pth',
      sha256: 'f37072fd',
    };
    const entries = [
      { ...entry, file: '/f' },
      { ...entry, file: null },
    ];
    assert.deepEqual(readZoo({ entries }), [
      { ...entry, here: true },
      { ...entry, here: false },
    ]);
    assert.equal(readZoo([]), null);
  });

  it('only progress is progress', () => {
    assert.deepEqual(readProgress('{"what":"embed","done":3,"total":9}'), { what: 'embed', done: 3, total: 9 });
    assert.deepEqual(readProgress('{"what":"scan","done":3,"total":null}'), { what: 'scan', done: 3, total: null });
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
