import path from 'node:path';
import * as vscode from 'vscode';
import { appendToJournal } from '../../dataset/journal/append.ts';
import type { Edit } from '../../dataset/journal/edits.ts';
import { journalDataName, journalFileOf } from '../../dataset/journal/folder.ts';
import { journalDataNames } from '../../dataset/journal/overlay.ts';
import { readJournal } from '../../dataset/journal/read.ts';
import type { JournalLine } from '../../protocol/journal.ts';
import { labelAuthor } from '../settings.ts';
import { localFolders, workspaceFolderFor } from '../workspace.ts';
import { Decisions } from './decisions.ts';
import { type LabelAction, LabelEdits } from './label-edits.ts';

/** One workspace's `labels.jsonl`, as the window knows it: what is in the file, and what an open editor has not saved. */
export class LabelJournal implements vscode.Disposable {
  readonly workspace: string;
  readonly file: string;
  readonly edits: LabelEdits;
  private readonly changed = new vscode.EventEmitter<void>();
  /** An edit was made, taken back, saved, or came from outside. */
  readonly onDidChange = this.changed.event;
  private readonly acted = new vscode.EventEmitter<LabelAction>();
  /** An action that the open editor has to offer for undo. */
  readonly onDidAct = this.acted.event;
  private readonly watcher: vscode.Disposable;
  private readonly known = new Map<string, { version: number; decisions: Decisions }>();
  /** Editors that are open on the file: while there is one, edits wait for its save. */
  private editors = 0;

  /** @throws the file system's own error where the file is there and can't be read */
  constructor(workspace: string) {
    this.workspace = workspace;
    this.file = journalFileOf(workspace);
    this.edits = new LabelEdits(readJournal(this.file).lines);
    const pattern = new vscode.RelativePattern(path.dirname(this.file), path.basename(this.file));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const look = () => this.look();
    this.watcher = vscode.Disposable.from(
      watcher,
      watcher.onDidChange(look),
      watcher.onDidCreate(look),
      watcher.onDidDelete(look),
    );
  }

  /** The data set's name in the lines. @param source absolute */
  nameOf(source: string): string {
    return journalDataName(this.workspace, source);
  }

  decisionsOf(source: string): Decisions {
    const name = this.nameOf(source);
    const { version } = this.edits;
    const known = this.known.get(name);
    if (known?.version === version) return known.decisions;
    const decisions = new Decisions(this.edits.lines, journalDataNames(this.workspace, source));
    this.known.set(name, { version, decisions });
    return decisions;
  }

  /**
   * Writes down what the user did: as an unsaved edit of the open editor, else at once.
   * @returns the action; null where nothing was to be done
   */
  act(source: string, label: string, edits: readonly Edit[]): LabelAction | null {
    if (edits.length === 0) return null;
    const by = labelAuthor();
    const action = this.edits.act(label, edits, { data: this.nameOf(source), ...(by && { by }) });
    if (this.editors > 0) this.acted.fire(action);
    else this.save();
    this.changed.fire();
    return action;
  }

  undo(action: LabelAction): void {
    this.edits.undo(action);
    this.changed.fire();
  }

  redo(action: LabelAction): void {
    this.edits.redo(action);
    this.changed.fire();
  }

  /** Adds what is pending to the file. @throws Problem of `appendToJournal`; it stays pending then */
  save(): void {
    const pending = this.edits.pending();
    appendToJournal(this.file, pending);
    this.edits.saved(readJournal(this.file).lines);
    this.changed.fire();
  }

  /** As the user saves: an open editor's dirty mark goes too. @throws Problem of `save` */
  async saveAll(): Promise<void> {
    if (this.editors > 0) await vscode.workspace.save(vscode.Uri.file(this.file));
    if (this.edits.pending().length > 0) this.save();
  }

  /** Looks at the file now, where a watcher would be too slow. */
  reread(): void {
    this.look();
  }

  /** Takes over what an earlier window had not saved. */
  restore(label: string, lines: readonly JournalLine[]): void {
    if (this.edits.restore(label, lines)) this.changed.fire();
  }

  revert(): void {
    this.edits.reverted(readJournal(this.file).lines);
    this.changed.fire();
  }

  /** @returns what is to be disposed of when the editor's document closes */
  opened(): vscode.Disposable {
    this.editors++;
    return new vscode.Disposable(() => {
      this.editors--;
      // Closed without a save: VS Code has asked the user.
      if (this.editors === 0 && this.edits.pending().length > 0) this.revert();
    });
  }

  dispose(): void {
    this.watcher.dispose();
    this.changed.dispose();
    this.acted.dispose();
  }

  /** Whoever wrote to the file: this window, another one, the command line, git. */
  private look(): void {
    if (this.edits.fileChanged(readJournal(this.file).lines)) this.changed.fire();
  }
}

/** The journals of this window's folders, read when they are first asked for. */
export class LabelJournals implements vscode.Disposable {
  private readonly open = new Map<string, { journal: LabelJournal; subscription: vscode.Disposable }>();
  private readonly changed = new vscode.EventEmitter<LabelJournal>();
  readonly onDidChange = this.changed.event;

  /** Of the workspace folder that a data set belongs to. @param source absolute */
  of(source: string): LabelJournal {
    return this.in(workspaceFolderFor(source));
  }

  in(workspace: string): LabelJournal {
    const found = this.open.get(workspace);
    if (found) return found.journal;
    const journal = new LabelJournal(workspace);
    this.open.set(workspace, { journal, subscription: journal.onDidChange(() => this.changed.fire(journal)) });
    return journal;
  }

  /** Of a `labels.jsonl`, which may lie outside the folders of this window. */
  ofFile(file: string): LabelJournal {
    const workspace = path.dirname(path.dirname(file));
    return this.in(localFolders().find((folder) => journalFileOf(folder) === file) ?? workspace);
  }

  dispose(): void {
    for (const { journal, subscription } of this.open.values()) {
      subscription.dispose();
      journal.dispose();
    }
    this.changed.dispose();
  }
}
