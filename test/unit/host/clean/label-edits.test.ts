import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editOf } from '../../../../src/dataset/journal/edits.ts';
import { foldJournal } from '../../../../src/dataset/journal/fold.ts';
import { LabelEdits } from '../../../../src/host/clean/label-edits.ts';
import type { JournalLine } from '../../../../src/protocol/journal.ts';

const a = { path: 'rose/a.jpg', hash: 'aa' };
const b = { path: 'rose/b.jpg', hash: 'bb' };
const options = { data: 'flowers' };

/** What a file of these lines decides, in short. */
const says = (lines: readonly JournalLine[]) =>
  foldJournal(lines, 'flowers').map(({ path, label, excluded, kept }) =>
    [path, label, excluded ? 'excluded' : null, kept ? 'kept' : null].filter(Boolean).join(' '),
  );

/** A journal whose file is what saves have added to it. */
function journal() {
  const file: JournalLine[] = [];
  const edits = new LabelEdits([]);
  const save = () => {
    file.push(...edits.pending());
    edits.saved(file);
  };
  return { edits, file, save };
}

describe('label edits that are not saved yet', () => {
  test('an action counts at once and is pending until it is saved', () => {
    const { edits, file, save } = journal();
    edits.act('Relabel', [editOf.relabel(a, 'rose', 'tulip')], options);
    assert.deepEqual(says(edits.lines), ['rose/a.jpg tulip']);
    assert.equal(edits.pending().length, 1);
    save();
    assert.equal(edits.pending().length, 0);
    assert.deepEqual(says(file), ['rose/a.jpg tulip']);
  });

  test('undone before a save, an action leaves no trace in the file', () => {
    const { edits, file, save } = journal();
    const action = edits.act('Exclude', [editOf.exclude(a)], options);
    edits.undo(action);
    save();
    assert.deepEqual(file, []);
    edits.redo(action);
    assert.deepEqual(says(edits.lines), ['rose/a.jpg excluded']);
    save();
    assert.equal(file.length, 1);
  });

  test('undone after a save, an action is taken back by adding to the file, and so again by a redo', () => {
    const { edits, file, save } = journal();
    const action = edits.act('Exclude both', [editOf.exclude(a), editOf.exclude(b)], options);
    save();
    edits.undo(action);
    assert.deepEqual(says(edits.lines), []);
    assert.deepEqual(
      edits.pending().map(({ edit }) => edit),
      ['undo', 'undo'],
    );
    save();
    assert.equal(file.length, 4);
    assert.deepEqual(says(file), []);
    edits.redo(action);
    save();
    assert.deepEqual(says(file), ['rose/a.jpg excluded', 'rose/b.jpg excluded']);
    assert.deepEqual(
      file.map(({ edit }) => edit),
      ['exclude', 'exclude', 'undo', 'undo', 'redo', 'redo'],
    );
  });

  test('an undo that is redone before the save writes nothing', () => {
    const { edits, file, save } = journal();
    const action = edits.act('Keep', [editOf.keep(a)], options);
    save();
    edits.undo(action);
    edits.redo(action);
    assert.deepEqual(edits.pending(), []);
    save();
    assert.equal(file.length, 1);
  });

  test('a new action after an undo of a saved one: both reach the file', () => {
    const { edits, file, save } = journal();
    const first = edits.act('Relabel', [editOf.relabel(a, 'rose', 'tulip')], options);
    save();
    edits.undo(first);
    edits.act('Relabel', [editOf.relabel(a, 'rose', 'daisy')], options);
    save();
    assert.deepEqual(says(file), ['rose/a.jpg daisy']);
  });

  test('revert goes back to the file: unsaved actions are gone, undone ones count again', () => {
    const { edits, file, save } = journal();
    const saved = edits.act('Exclude', [editOf.exclude(a)], options);
    save();
    edits.undo(saved);
    edits.act('Exclude', [editOf.exclude(b)], options);
    edits.reverted(file);
    assert.deepEqual(edits.pending(), []);
    assert.deepEqual(says(edits.lines), ['rose/a.jpg excluded']);
    edits.undo(saved);
    save();
    assert.deepEqual(says(file), []);
  });

  test('what another window adds to the file joins in, and what is not saved stays', () => {
    const { edits } = journal();
    const other = new LabelEdits([]);
    other.act('Exclude', [editOf.exclude(b)], options);
    edits.act('Exclude', [editOf.exclude(a)], options);
    assert.equal(edits.fileChanged(other.lines), true);
    assert.equal(edits.fileChanged(other.lines), false);
    assert.deepEqual(says(edits.lines), ['rose/a.jpg excluded', 'rose/b.jpg excluded']);
    assert.equal(edits.pending().length, 1);
  });

  test('the backup of an earlier window is taken over once: what was saved meanwhile is not doubled', () => {
    const before = new LabelEdits([]);
    before.act('Exclude', [editOf.exclude(a)], options);
    before.act('Exclude', [editOf.exclude(b)], options);
    const backup = before.pending();
    const edits = new LabelEdits(backup.slice(0, 1));
    assert.equal(edits.restore('Earlier', backup)?.lines.length, 1);
    assert.equal(edits.restore('Earlier', backup.slice(0, 1)), null);
    assert.deepEqual(says(edits.lines), ['rose/a.jpg excluded', 'rose/b.jpg excluded']);
  });

  test('lines of later actions sort after earlier ones, whatever the clock says', () => {
    const { edits } = journal();
    edits.act('Relabel', [editOf.relabel(a, 'rose', 'tulip')], { ...options, now: 2_000_000_000_000 });
    edits.act('Relabel', [editOf.relabel(a, 'rose', 'daisy')], { ...options, now: 1_000_000_000_000 });
    assert.deepEqual(says(edits.lines), ['rose/a.jpg daisy']);
  });
});
