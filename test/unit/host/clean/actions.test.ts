import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Edit, stampEdits } from '../../../../src/dataset/journal/edits.ts';
import { editsFor } from '../../../../src/host/clean/actions.ts';
import { decidedOf } from '../../../../src/host/clean/decided.ts';
import { Decisions } from '../../../../src/host/clean/decisions.ts';
import type { IssueRow } from '../../../../src/protocol/catalogue.ts';
import type { CleanAct } from '../../../../src/protocol/clean-panel.ts';
import { image, row } from './rows.ts';

const nothing = new Decisions([], 'd');
const made = (edits: Edit[]) => new Decisions(stampEdits(edits, { data: 'd', after: [] }), 'd');
const short = (edits: Edit[]) =>
  edits.map((edit) => ('hash' in edit ? `${edit.edit} ${edit.hash}${'to' in edit ? ` ${edit.to}` : ''}` : edit.edit));

const label = row('label', [image('a', 'rose')], { suggested: 'tulip' });
const blurry = row('blurry', [image('a', 'rose')]);
const copies = row('near-duplicate', [image('a', 'rose'), image('b', 'rose'), image('c', 'rose')]);
const conflict = row('conflicting-labels', [image('a', 'rose'), image('b', 'tulip')]);
const leak = row('split-leak', [image('a', 'rose'), image('b', 'rose', { split: 'test' })]);

describe('acts on candidates', () => {
  const table: [string, IssueRow, CleanAct, number, string[], string | null][] = [
    ['a label is right', label, { do: 'keep' }, 0, ['keep a'], 'kept'],
    ['a label is wrong', label, { do: 'relabel', to: 'tulip' }, 0, ['relabel a tulip'], 'relabelled'],
    ['relabelled to what it is', label, { do: 'relabel', to: 'rose' }, 0, ['keep a'], 'kept'],
    ['no issue', label, { do: 'dismiss' }, 0, ['dismiss a'], 'dismissed'],
    ['excluded', label, { do: 'exclude' }, 0, ['exclude a'], 'excluded'],
    ['deleted', label, { do: 'delete' }, 0, ['delete a'], 'deleted'],
    ['a picture is fine', blurry, { do: 'keep' }, 0, ['dismiss a'], 'dismissed'],
    ['one of three copies stays', copies, { do: 'keep' }, 1, ['exclude a', 'exclude c'], 'excluded'],
    ['one of three copies goes', copies, { do: 'exclude' }, 1, ['exclude b'], null],
    ['no copies', conflict, { do: 'dismiss' }, 0, ['dismiss a', 'dismiss b'], 'dismissed'],
    ['this label is right', conflict, { do: 'keep' }, 1, ['keep b', 'relabel a tulip'], 'relabelled'],
    ['one side of a leak goes', leak, { do: 'delete' }, 1, ['delete b'], 'deleted'],
  ];
  for (const [name, candidate, act, at, edits, decided] of table) {
    test(name, () => {
      const result = editsFor(act, candidate, at, nothing);
      assert.deepEqual(short(result), edits);
      assert.ok(result.every(({ why }) => why === candidate.kind));
      assert.equal(decidedOf(candidate, made(result))?.what ?? null, decided);
    });
  }

  test('an image without a label gets a first one', () => {
    const bare = row('outlier', [image('a', null)]);
    assert.deepEqual(short(editsFor({ do: 'relabel', to: 'rose' }, bare, 0, nothing)), ['label a rose']);
  });

  test('three copies of which one is no copy are decided once every pair is', () => {
    const two = row('near-duplicate', copies.images.slice(0, 2));
    const some = editsFor({ do: 'dismiss' }, two, 0, nothing);
    assert.equal(decidedOf(two, made(some))?.what, 'dismissed');
    assert.equal(decidedOf(copies, made(some)), null);
    assert.equal(decidedOf(copies, made(editsFor({ do: 'dismiss' }, copies, 0, nothing)))?.what, 'dismissed');
  });

  test('restoring makes a candidate of it again', () => {
    const out = editsFor({ do: 'exclude' }, label, 0, nothing);
    const back = editsFor({ do: 'restore' }, label, 0, made(out));
    assert.equal(decidedOf(label, made([...out, ...back])), null);
  });

  test('an image that was renamed since is known by its content, and the edit says what it was called', () => {
    const decisions = made(editsFor({ do: 'exclude' }, label, 0, nothing));
    const renamed = row('label', [image('a', 'rose', { path: 'rose/other.jpg' })]);
    assert.equal(decidedOf(renamed, decisions)?.what, 'excluded');
    const [edit] = editsFor({ do: 'restore' }, renamed, 0, decisions);
    assert.ok(edit && 'was' in edit && edit.was === 'rose/a.jpg');
  });

  test('findings of a class can’t be acted on', () => {
    const set = row('class-imbalance', []);
    for (const act of ['keep', 'dismiss', 'exclude'] as const) {
      assert.deepEqual(editsFor({ do: act }, set, 0, nothing), []);
    }
    assert.equal(decidedOf(set, nothing), null);
  });
});
