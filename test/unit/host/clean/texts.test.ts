import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { editOf, stampEdits } from '../../../../src/dataset/journal/edits.ts';
import { actDone, actLabel } from '../../../../src/host/clean/act-text.ts';
import { readApplied, readApplyPlan } from '../../../../src/host/clean/apply-answer.ts';
import { evidenceText } from '../../../../src/host/clean/evidence-text.ts';
import { historyEntries, linesOfEntry } from '../../../../src/host/clean/history.ts';
import { placeOfImage } from '../../../../src/host/clean/known-images.ts';
import { addedText, readNewImages, unlabelledRow } from '../../../../src/host/clean/new-images-answer.ts';
import { searchProgress } from '../../../../src/host/clean/search-progress.ts';
import type { IssueRow } from '../../../../src/protocol/catalogue.ts';
import { image, row } from './rows.ts';

describe('evidence in words', () => {
  const table: [string, IssueRow][] = [
    [
      'tulip is 47 × as probable as rose',
      row('label', [image('a', 'rose', { confidence: 0.94, givenConfidence: 0.02 })], { suggested: 'tulip' }),
    ],
    [
      'tulip is over 1,000 × as probable as rose',
      row('label', [image('a', 'rose', { confidence: 1, givenConfidence: 0 })], { suggested: 'tulip' }),
    ],
    [
      'The label has a probability of 4%',
      row('label', [image('a', 'rose', { confidence: 0.3, givenConfidence: 0.04 })]),
    ],
    ['Torn between classes: the likeliest has only 52%', row('ambiguous', [image('a', 'rose', { confidence: 0.52 })])],
    [
      'Sharpness 0.12, found below 0.29',
      row('blurry', [image('a', 'rose')], { evidence: { blur: 0.12, threshold: 0.29 } }),
    ],
    [
      'Border takes 0.41, found above 0.3',
      row('uniform-border', [image('a', 'rose')], { evidence: { border: 0.41, color: '#ffffff', threshold: 0.3 } }),
    ],
    [
      '64 × 48 pixels, 4.2 interquartile ranges beyond, half of all lie between 200 and 240',
      row('odd-size', [image('a', 'rose')], { evidence: { size: 55, q1: 200, q3: 240, ranges: 4.2, threshold: 3 } }),
    ],
    [
      '3 of 64 bits differ, similarity 0.981',
      row('near-duplicate', [image('a', 'rose'), image('b', 'rose')], { evidence: { distance: 3, similarity: 0.981 } }),
    ],
    [
      'The same picture as rose and tulip, no bit of 64 differs',
      row('conflicting-labels', [image('a', 'rose'), image('b', 'tulip')], { evidence: { distance: 0 } }),
    ],
    [
      'The same picture in train and test',
      row('split-leak', [image('a', 'rose'), image('b', 'rose', { split: 'test' })]),
    ],
    [
      '3 files with the same pixels',
      row(
        'exact-duplicate',
        ['a', 'b', 'c'].map((name) => image(name, 'rose')),
      ),
    ],
    ['The file can’t be decoded', row('unreadable', [image('a', 'rose')])],
    [
      'tulip has 12 images, a class 1,640 on average',
      row('rare-class', [], { evidence: { class: 'tulip', count: 12, mean: 1640.2, threshold: 0.2 } }),
    ],
    [
      'rose has 900 images, 75 times as many as tulip with 12',
      row('class-imbalance', [], {
        evidence: { largest: 'rose', largestCount: 900, smallest: 'tulip', smallestCount: 12 },
      }),
    ],
    [
      'brightness alone tells the classes of 96% of the images; by chance it would be 50%',
      row('spurious-correlation', [], { evidence: { field: 'brightness', accuracy: 0.955, chance: 0.5 } }),
    ],
    [
      'folder gives rose away: 91% of its images are told by it alone',
      row('spurious-correlation', [], { evidence: { field: 'folder', class: 'rose', recall: 0.909, precision: 1 } }),
    ],
    ['per class 12, share 0.02', row('rare-class', [], { evidence: { perClass: 12, share: 0.02, other: null } })],
  ];
  for (const [text, candidate] of table) test(text, () => assert.equal(evidenceText(candidate), text));
});

test('an act as the Edit menu and the status line call it', () => {
  assert.equal(actLabel({ do: 'relabel', to: 'tulip' }, 1), 'Relabel to tulip');
  assert.equal(actLabel({ do: 'exclude' }, 3), 'Exclude 3 images');
  assert.equal(actDone({ do: 'relabel', to: 'tulip' }, 1_234), 'Relabelled 1,234 images to tulip.');
  assert.equal(actDone({ do: 'dismiss' }, 1), 'Marked it as no issue.');
});

describe('history', () => {
  const a = { path: 'rose/a.jpg', hash: 'a' };
  const b = { path: 'rose/b.jpg', hash: 'b' };
  const first = stampEdits([editOf.relabel(a, 'rose', 'tulip'), editOf.relabel(b, 'rose', 'tulip')], {
    ...{ data: 'd', after: [], by: 'Ada', now: 1_700_000_000_000 },
  });
  const second = stampEdits([editOf.dismiss(a, 'near-duplicate', 'b')], { data: 'd', after: first });

  test('one entry an action, the newest first', () => {
    const entries = historyEntries([...first, ...second], 'd', new Set([second[0]?.id as string]));
    assert.deepEqual(
      entries.map(({ text, count, by, saved, counts }) => ({ text, count, by, saved, counts })),
      [
        { text: 'Not an issue: near duplicate', count: 1, by: null, saved: false, counts: true },
        { text: 'Relabelled rose → tulip, 2 images', count: 2, by: 'Ada', saved: true, counts: true },
      ],
    );
  });

  test('an entry is taken back by its lines that still count; then it shows as undone', () => {
    const id = first[0]?.id as string;
    const taken = stampEdits(linesOfEntry(first, id).map(editOf.undo), { data: 'd', after: first });
    assert.equal(taken.length, 2);
    const [entry] = historyEntries([...first, ...taken], 'd', new Set());
    assert.equal(entry?.counts, false);
    assert.deepEqual(linesOfEntry([...first, ...taken], id), []);
  });

  test('another data set’s edits are not in it', () => {
    assert.deepEqual(historyEntries(first, 'other', new Set()), []);
  });
});

test('which data set a file belongs to: the innermost', () => {
  const home = path.resolve('/home/ada');
  const sources = [home, path.join(home, 'flowers')];
  const file = path.join(home, 'flowers', 'rose', 'a.jpg');
  assert.deepEqual(placeOfImage(file, sources), { source: path.join(home, 'flowers'), path: 'rose/a.jpg' });
  assert.deepEqual(placeOfImage(path.join(home, 'b.jpg'), sources), { source: home, path: 'b.jpg' });
  assert.equal(placeOfImage(path.resolve('/other/c.jpg'), sources), null);
  assert.equal(placeOfImage(path.join(home, 'flowers-2', 'c.jpg'), [path.join(home, 'flowers')]), null);
});

test('progress of a search', () => {
  assert.deepEqual(searchProgress({ what: 'neighbours', done: 1_200, total: 2_400 }), {
    text: 'Comparing images: 1,200 of 2,400',
    share: 0.5,
  });
  assert.deepEqual(searchProgress({ what: 'scan', done: 7, total: null }), { text: 'Scanning: 7', share: null });
});

test('answers of loupe apply that are none are told from those that are', () => {
  const plan = { steps: [], refused: [], hash: 'abc' };
  assert.equal(readApplyPlan(plan)?.hash, 'abc');
  assert.equal(readApplyPlan({ steps: [], refused: [] }), null);
  assert.equal(readApplyPlan({ error: {} }), null);
  const done = { id: 'x', done: 3, steps: 4, refused: [] };
  assert.deepEqual(readApplied({ resumed: [], applied: done, plan: {} }), done);
  assert.deepEqual(readApplied({ ...done, at: 'now' }), done);
  assert.equal(readApplied({ resumed: [], applied: null, plan: {} }), null);
});

describe('new images in words', () => {
  const base = {
    ...{ row: image('a', null), issues: [], copyOf: null, uncertainty: 0.9, distance: 0.4 },
    suggestions: [
      { label: 'rose', probability: 0.5 },
      { label: 'tulip', probability: 0.4 },
    ],
  };
  test('why it is worth a label', () => {
    assert.equal(unlabelledRow(base, null).why, 'Between rose and tulip, unlike what is labelled');
    assert.equal(unlabelledRow({ ...base, uncertainty: 0.1, distance: 0.1 }, 'rose').why, 'Probably rose');
    const copy = {
      ...base,
      uncertainty: 0.1,
      distance: 0,
      copyOf: 'rose/b.jpg',
      issues: ['near-duplicate', 'dark'] as const,
    };
    assert.equal(
      unlabelledRow({ ...copy, issues: [...copy.issues] }, null).why,
      'Probably rose, a copy of rose/b.jpg, dark',
    );
  });
  test('an answer that is none', () => {
    assert.equal(readNewImages({ images: [] }), null);
    assert.ok(readNewImages({ images: [], added: [], left: [], unreadable: [] }));
  });
});

test('what came of adding images, by cause', () => {
  const left = (...causes: string[]) => causes.map((cause) => ({ cause }));
  assert.equal(addedText(1, []), '1 image added.');
  assert.equal(
    addedText(1200, left('truncated', 'exact-duplicate', 'truncated')),
    '1,200 images added. 3 left out: 2 truncated, 1 in the data set already.',
  );
  assert.equal(addedText(0, left('not-an-image')), '0 images added. 1 left out: 1 no image.');
});
