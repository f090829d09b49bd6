import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { editOf } from '../../src/dataset/journal/edits.ts';
import { foldJournal } from '../../src/dataset/journal/fold.ts';
import { parseJournal } from '../../src/dataset/journal/read.ts';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands, customEditors } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('cleaning panel', function () {
  this.timeout(60_000);
  const source = () => path.join(workspaceFolder(), 'clean-shapes');
  const file = () => path.join(workspaceFolder(), '.loupe', 'labels.jsonl');
  const linesOnDisk = () => parseJournal(fs.readFileSync(file(), 'utf8')).lines;
  /** What the file decides, in short. */
  const says = () =>
    foldJournal(linesOnDisk(), 'clean-shapes').map(
      ({ path: name, label, excluded }) => `${name} ${label ?? ''}${excluded ? 'excluded' : ''}`,
    );
  const tab = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .find(({ input }) => input instanceof vscode.TabInputCustom && input.viewType === customEditors.clean);
  const isDirty = (dirty: boolean) => until(dirty ? 'a dirty mark' : 'no dirty mark', () => tab()?.isDirty === dirty);
  const a = { path: 'circle/circle-1.png', hash: 'a'.repeat(32) };
  const b = { path: 'square/square-1.png', hash: 'b'.repeat(32) };

  const exclude = async (image: typeof a) => {
    const { journals } = await loupe();
    return journals.of(source()).act(source(), 'Exclude', [editOf.exclude(image)]);
  };

  /** In a browser VS Code saves by itself after a second, which would end what these tests look at. */
  const autoSave = (value: string | undefined) =>
    vscode.workspace.getConfiguration('files').update('autoSave', value, vscode.ConfigurationTarget.Workspace);

  before(async () => {
    await autoSave('off');
    await makeSample(source(), 4);
    await vscode.commands.executeCommand(commands.openDataSet, vscode.Uri.file(source()));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand(commands.removeDataSet, { source: source() });
    fs.rmSync(file(), { force: true });
    await autoSave(undefined);
  });

  it('without an editor, an edit is in the file at once', async () => {
    await exclude(a);
    assert.deepEqual(says(), ['circle/circle-1.png excluded']);
    const { journals } = await loupe();
    const journal = journals.of(source());
    journal.act(source(), 'Restore', [editOf.restore(a)]);
    assert.deepEqual(says(), []);
  });

  it('opens as the editor of the journal, clean', async () => {
    await vscode.commands.executeCommand(commands.cleanDataSet, { source: source() });
    await until('its tab', tab);
    assert.equal(tab()?.isDirty, false);
    assert.match(
      fs.readFileSync(path.join(workspaceFolder(), '.loupe', '.gitattributes'), 'utf8'),
      /labels\.jsonl merge=union/,
    );
  });

  it('an edit makes it dirty and touches no file; undo and redo are VS Code’s own', async () => {
    const before = linesOnDisk().length;
    const { journals } = await loupe();
    const journal = journals.of(source());
    const now = () => journal.decisionsOf(source()).all.map(({ path: name }) => name);
    await exclude(a);
    await exclude(b);
    await isDirty(true);
    assert.deepEqual(now(), [a.path, b.path]);
    await vscode.commands.executeCommand('undo');
    await until('one is left', () => now().length === 1);
    await vscode.commands.executeCommand('undo');
    await until('none is left', () => now().length === 0);
    await isDirty(false);
    await vscode.commands.executeCommand('redo');
    await until('one is back', () => now().length === 1);
    await isDirty(true);
    assert.equal(linesOnDisk().length, before);
  });

  it('save adds to the file, and an undo after it adds again', async () => {
    const before = linesOnDisk();
    await vscode.commands.executeCommand('workbench.action.files.save');
    await isDirty(false);
    assert.deepEqual(says(), ['circle/circle-1.png excluded']);
    await vscode.commands.executeCommand('undo');
    await isDirty(true);
    assert.deepEqual(says(), ['circle/circle-1.png excluded']);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await isDirty(false);
    assert.deepEqual(says(), []);
    const lines = linesOnDisk();
    assert.deepEqual(lines.slice(0, before.length), before, 'nothing that was there is written anew');
    assert.equal(lines.at(-1)?.edit, 'undo');
  });

  it('where VS Code saves by itself, undo and redo say the same, each in lines of its own', async () => {
    const { journals } = await loupe();
    const journal = journals.of(source());
    const before = linesOnDisk();
    const edited = () => linesOnDisk().slice(before.length);
    const now = () => journal.decisionsOf(source()).all.map(({ path: name }) => name);
    const isSaved = async (count: number) => {
      await until(`${count} lines`, () => edited().length === count);
      await isDirty(false);
    };
    await vscode.workspace.getConfiguration('files').update('autoSaveDelay', 200, vscode.ConfigurationTarget.Workspace);
    await autoSave('afterDelay');
    try {
      await exclude(a);
      await isSaved(1);
      await exclude(b);
      await isSaved(2);
      await vscode.commands.executeCommand('undo');
      await isSaved(3);
      assert.deepEqual(now(), [a.path]);
      await vscode.commands.executeCommand('undo');
      await isSaved(4);
      assert.deepEqual([now(), says()], [[], []]);
      await vscode.commands.executeCommand('redo');
      await isSaved(5);
      assert.deepEqual(now(), [a.path]);
      await vscode.commands.executeCommand('redo');
      await isSaved(6);
      assert.deepEqual(now(), [a.path, b.path]);
      assert.deepEqual(
        edited().map(({ edit }) => edit),
        ['exclude', 'exclude', 'undo', 'undo', 'redo', 'redo'],
      );
      await vscode.commands.executeCommand('undo');
      await vscode.commands.executeCommand('undo');
      await isSaved(8);
      assert.deepEqual([now(), says()], [[], []]);
    } finally {
      await autoSave('off');
      await vscode.workspace
        .getConfiguration('files')
        .update('autoSaveDelay', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('revert goes back to the file', async () => {
    const { journals } = await loupe();
    await exclude(b);
    await isDirty(true);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await isDirty(false);
    assert.deepEqual(journals.of(source()).edits.pending(), []);
  });

  it('a backup holds what is not saved, and another window takes it over', async () => {
    const { journals, cleanPanels } = await loupe();
    const journal = journals.of(source());
    await exclude(b);
    await isDirty(true);
    const destination = vscode.Uri.file(path.join(workspaceFolder(), 'backup', 'labels'));
    const uri = vscode.Uri.file(file());
    const { editor } = cleanPanels;
    const open = await editor.openCustomDocument(uri, { backupId: undefined, untitledDocumentData: undefined });
    const backup = await editor.backupCustomDocument(open, { destination });
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until('nothing is pending', () => journal.edits.pending().length === 0);
    const again = await editor.openCustomDocument(uri, { backupId: backup.id, untitledDocumentData: undefined });
    assert.deepEqual(
      journal.decisionsOf(source()).all.map(({ path: name }) => name),
      [b.path],
    );
    backup.delete();
    assert.equal(fs.existsSync(destination.fsPath), false);
    journal.revert();
    again.dispose();
    open.dispose();
  });

  it('follows what somebody else adds to the file', async () => {
    const { journals } = await loupe();
    const journal = journals.of(source());
    const at = new Date().toISOString();
    const line = { id: 'zz-elsewhere', at, data: 'clean-shapes', ...a, edit: 'relabel', from: 'circle', to: 'square' };
    fs.appendFileSync(file(), `${JSON.stringify(line)}\n`);
    await until('the edit of elsewhere', () => journal.decisionsOf(source()).atPath(a.path)?.label === 'square');
  });

  it('marks files in the Explorer: relabelled, excluded; none without an edit', async () => {
    const { decorations } = await loupe();
    const marked = (name: string) =>
      decorations.provideFileDecoration(vscode.Uri.file(path.join(source(), name)))?.badge;
    assert.equal(marked(a.path), 'R');
    assert.equal(marked('triangle/triangle-1.png'), undefined);
    await exclude(b);
    assert.equal(marked(b.path), 'X');
    await isDirty(true);
    assert.equal(decorations.provideFileDecoration(vscode.Uri.file(path.join(workspaceFolder(), 'x.png'))), undefined);
    await vscode.commands.executeCommand('undo');
    await until('the mark is gone', () => marked(b.path) === undefined);
  });

  it('relabels and excludes the image of a tab, whose menu knows it', async () => {
    const { journals } = await loupe();
    const name = fs.readdirSync(path.join(source(), 'triangle')).sort()[0] as string;
    const uri = vscode.Uri.file(path.join(source(), 'triangle', name));
    await vscode.commands.executeCommand(commands.excludeImage, uri);
    const journal = journals.of(source());
    assert.equal(journal.decisionsOf(source()).atPath(`triangle/${name}`)?.excluded, true);
    await vscode.commands.executeCommand(commands.restoreImage, uri);
    assert.equal(journal.decisionsOf(source()).atPath(`triangle/${name}`), null);
  });
});
