import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Edit, editOf } from '../../../../src/dataset/journal/edits.ts';
import { foldJournal } from '../../../../src/dataset/journal/fold.ts';
import { journalHash } from '../../../../src/dataset/journal/hash.ts';
import { historyOf } from '../../../../src/dataset/journal/history.ts';
import type { Decision, JournalLine } from '../../../../src/protocol/journal.ts';
import { seededRandom } from '../../../../src/random.ts';

const rose = { path: 'rose/1.jpg', hash: 'aa' };
const tulip = { path: 'tulip/1.jpg', hash: 'bb' };

/** Lines one second apart, named a, b, c …; an edit may say another second. */
function journal(...edits: (Edit | [Edit, second: number])[]): JournalLine[] {
  return edits.map((entry, i) => {
    const [edit, second] = Array.isArray(entry) ? entry : [entry, i];
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
    return { id: String.fromCharCode(97 + i), at, data: 'flowers', ...edit };
  });
}

const undo = (id: string) => editOf.undo({ id });
const redo = (id: string) => editOf.redo({ id });
const relabel = (to: string) => editOf.relabel(rose, 'rose', to);

const cases: [string, JournalLine[], Partial<Decision>[]][] = [
  ['nothing', [], []],
  ['relabel', journal(relabel('tulip')), [{ path: 'rose/1.jpg', label: 'tulip', kept: false, lines: ['a'] }]],
  ['the last label counts', journal(relabel('tulip'), relabel('daisy')), [{ label: 'daisy', lines: ['a', 'b'] }]],
  ['a first label', journal(editOf.label(rose, 'tulip')), [{ label: 'tulip' }]],
  ['keep takes a relabel back', journal(relabel('tulip'), editOf.keep(rose)), [{ label: null, kept: true }]],
  ['relabel after keep', journal(editOf.keep(rose), relabel('tulip')), [{ label: 'tulip', kept: false }]],
  [
    'label and use are decided apart',
    journal(relabel('tulip'), editOf.exclude(rose), editOf.split(rose, 'test')),
    [{ label: 'tulip', excluded: true, deleted: false, split: 'test' }],
  ],
  ['restore lifts exclude', journal(editOf.exclude(rose), editOf.restore(rose)), []],
  ['restore lifts delete', journal(editOf.delete(rose), editOf.restore(rose), relabel('tulip')), [{ deleted: false }]],
  [
    'dismissed once each',
    journal(
      editOf.dismiss(rose, 'near-duplicate', 'bb'),
      editOf.dismiss(rose, 'near-duplicate', 'bb'),
      editOf.dismiss(rose, 'dark'),
    ),
    [
      {
        dismissed: [
          { issue: 'near-duplicate', with: 'bb' },
          { issue: 'dark', with: null },
        ],
      },
    ],
  ],
  ['undo', journal(relabel('tulip'), undo('a')), []],
  [
    'undo of the last shows the one before',
    journal(relabel('tulip'), relabel('daisy'), undo('b')),
    [{ label: 'tulip' }],
  ],
  ['undo of undo', journal(relabel('tulip'), undo('a'), undo('b')), [{ label: 'tulip' }]],
  ['undo of undo of undo', journal(relabel('tulip'), undo('a'), undo('b'), undo('c')), []],
  ['redo', journal(relabel('tulip'), undo('a'), redo('a')), [{ label: 'tulip' }]],
  ['undo after redo', journal(relabel('tulip'), undo('a'), redo('a'), undo('a')), []],
  ['an undone redo', journal(relabel('tulip'), undo('a'), redo('a'), undo('c')), []],
  ['undone on two branches, redone once later', journal(relabel('tulip'), undo('a'), undo('a'), redo('a')), [{}]],
  ['undo of a line that is not there', journal(relabel('tulip'), undo('z')), [{ label: 'tulip' }]],
  ['lines that undo each other do no harm', journal(undo('b'), undo('a'), relabel('tulip')), [{}]],
  ['a line that undoes itself', journal(undo('a'), relabel('tulip')), [{ label: 'tulip' }]],
  ['an undo from a clock that is behind', journal([relabel('tulip'), 30], [undo('a'), 2]), []],
  [
    'the later clock wins, not the later line',
    journal([relabel('tulip'), 30], [relabel('daisy'), 2]),
    [{ label: 'tulip' }],
  ],
  [
    'of equal times the larger id wins',
    journal([relabel('tulip'), 1], [relabel('daisy'), 1]).reverse(),
    [{ label: 'daisy' }],
  ],
  [
    'two images, by path',
    journal(editOf.exclude(tulip), editOf.exclude(rose)),
    [{ path: 'rose/1.jpg' }, { path: 'tulip/1.jpg' }],
  ],
  [
    'an image with other content is another image',
    journal(relabel('tulip'), editOf.exclude({ path: rose.path, hash: 'cc' })),
    [
      { hash: 'aa', label: 'tulip', excluded: false },
      { hash: 'cc', label: null, excluded: true },
    ],
  ],
  [
    'renamed by hand, then decided again',
    journal(relabel('tulip'), editOf.exclude({ path: 'new.jpg', hash: 'aa', was: rose.path })),
    [{ path: 'new.jpg', label: 'tulip', excluded: true }],
  ],
  [
    'applied: settled, confirmed, at its new path',
    journal(relabel('tulip'), editOf.applied(rose, 'apply-1', 'tulip/1-2.jpg')),
    [{ path: 'tulip/1-2.jpg', label: null, kept: true, lines: ['a', 'b'] }],
  ],
  [
    'decided again after it was applied',
    journal(
      relabel('tulip'),
      editOf.applied(rose, 'apply-1', 'tulip/9.jpg'),
      editOf.relabel({ path: 'tulip/9.jpg', hash: 'aa' }, 'tulip', 'daisy'),
    ),
    [{ path: 'tulip/9.jpg', label: 'daisy', kept: false }],
  ],
  ['applied to the trash', journal(editOf.delete(rose), editOf.applied(rose, 'apply-1', null)), []],
  [
    'an apply that was taken back',
    journal(relabel('tulip'), editOf.delete(rose), editOf.applied(rose, 'apply-1', null), undo('c')),
    [{ path: 'rose/1.jpg', label: 'tulip', deleted: true }],
  ],
  [
    'a move that was taken back',
    journal(relabel('tulip'), editOf.applied(rose, 'apply-1', 'tulip/9.jpg'), undo('b')),
    [{ path: 'rose/1.jpg', label: 'tulip', kept: false }],
  ],
];

for (const [name, lines, expected] of cases) {
  test(`fold: ${name}`, () => {
    const decisions = foldJournal(lines, 'flowers');
    assert.equal(decisions.length, expected.length);
    expected.forEach((part, i) => {
      assert.partialDeepStrictEqual(decisions[i], part);
    });
  });
}

test('fold: only the data set that is asked for, under any of its names', () => {
  const [line] = journal(relabel('tulip'));
  const other = { ...(line as JournalLine), id: 'b', data: 'flowers/manifest.csv', path: 'x.jpg' };
  assert.equal(foldJournal([line as JournalLine, other], 'flowers').length, 1);
  assert.equal(foldJournal([line as JournalLine, other], ['flowers', 'flowers/manifest.csv']).length, 2);
  assert.equal(foldJournal([line as JournalLine, other], 'birds').length, 0);
});

test('fold: two branches merged in any order, with lines twice, say the same', () => {
  const random = seededRandom(4);
  const images = Array.from({ length: 12 }, (_, i) => ({ path: `rose/${i}.jpg`, hash: `h${i}` }));
  const edits = Array.from({ length: 25 }, (_, i): [Edit, number] => {
    const image = images[Math.floor(random() * images.length)] as { path: string; hash: string };
    const make = [
      () => editOf.relabel(image, 'rose', `class-${i}`),
      () => editOf.exclude(image),
      () => editOf.restore(image),
      () => editOf.keep(image),
      () => undo(String.fromCharCode(97 + Math.floor(random() * 25))),
      () => editOf.applied(image, 'x', `moved/${i}.jpg`),
    ][Math.floor(random() * 6)] as () => Edit;
    return [make(), Math.floor(random() * 20)];
  });
  const lines = journal(...edits);
  const expected = foldJournal(lines, 'flowers');
  assert.ok(expected.length > 3);
  for (let trial = 0; trial < 20; trial++) {
    const ours = lines.filter(() => random() < 0.6);
    const theirs = lines.filter((line) => !ours.includes(line) || random() < 0.3);
    const union = [...ours, ...theirs].sort(() => random() - 0.5);
    assert.deepEqual(foldJournal(union, 'flowers'), expected);
    assert.equal(journalHash(union, 'flowers'), journalHash(lines, 'flowers'));
  }
});

test('hash: equal for what says the same, another for what does not', () => {
  const hash = (...edits: Edit[]) => journalHash(journal(...edits), 'flowers');
  assert.equal(hash(relabel('tulip')), hash(relabel('daisy'), relabel('tulip')));
  assert.equal(hash(), hash(relabel('tulip'), undo('a')));
  assert.notEqual(hash(relabel('tulip')), hash(relabel('daisy')));
  assert.equal(
    hash(editOf.dismiss(rose, 'dark'), editOf.dismiss(rose, 'blurry')),
    hash(editOf.dismiss(rose, 'blurry'), editOf.dismiss(rose, 'dark')),
  );
});

test('history: all that was decided about an image, what was undone and what it was called before included', () => {
  const lines = journal(
    relabel('daisy'),
    undo('a'),
    relabel('tulip'),
    editOf.applied(rose, 'apply-1', 'tulip/9.jpg'),
    editOf.keep({ path: 'tulip/9.jpg', hash: 'aa' }),
    editOf.keep(tulip),
  );
  const history = historyOf(lines, 'flowers', { path: 'tulip/9.jpg', hash: 'aa' });
  assert.deepEqual(
    history.map(({ line, counts }) => [line.id, line.edit, counts]),
    [
      ['a', 'relabel', false],
      ['c', 'relabel', true],
      ['d', 'applied', true],
      ['e', 'keep', true],
    ],
  );
});
