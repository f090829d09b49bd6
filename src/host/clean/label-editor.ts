import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseJournal } from '../../dataset/journal/read.ts';
import { writeAtomic } from '../../files.ts';
import { customEditors } from '../ids.ts';
import type { LabelAction } from './label-edits.ts';
import type { LabelJournal, LabelJournals } from './label-journals.ts';

/** An open `labels.jsonl`; its edits are the journal's. */
export class LabelDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly journal: LabelJournal;
  private readonly subscriptions: vscode.Disposable;

  constructor(uri: vscode.Uri, journal: LabelJournal, onAct: (document: LabelDocument, action: LabelAction) => void) {
    this.uri = uri;
    this.journal = journal;
    this.subscriptions = vscode.Disposable.from(
      journal.opened(),
      journal.onDidAct((action) => onAct(this, action)),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }
}

/**
 * The editor of `labels.jsonl`: undo, redo, dirty state, save, revert and hot exit as of any editor of VS Code. What it
 * shows is the cleaning panel.
 */
export class LabelEditor implements vscode.CustomEditorProvider<LabelDocument>, vscode.Disposable {
  private readonly journals: LabelJournals;
  private readonly show: (document: LabelDocument, panel: vscode.WebviewPanel) => void;
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<LabelDocument>>();
  readonly onDidChangeCustomDocument = this.changed.event;
  private readonly registration: vscode.Disposable;

  /** @param show fills a panel of the document */
  constructor(journals: LabelJournals, show: (document: LabelDocument, panel: vscode.WebviewPanel) => void) {
    this.journals = journals;
    this.show = show;
    this.registration = vscode.window.registerCustomEditorProvider(customEditors.clean, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<LabelDocument> {
    const journal = this.journals.ofFile(uri.fsPath);
    const document = new LabelDocument(uri, journal, (one, action) => this.announce(one, action));
    if (backupId) {
      const text = fs.readFileSync(vscode.Uri.parse(backupId).fsPath, 'utf8');
      journal.restore(vscode.l10n.t('Edits of an earlier window'), parseJournal(text).lines);
    }
    return document;
  }

  async resolveCustomEditor(document: LabelDocument, panel: vscode.WebviewPanel): Promise<void> {
    this.show(document, panel);
  }

  async saveCustomDocument({ journal }: LabelDocument): Promise<void> {
    journal.save();
  }

  /** A copy of the whole journal, with what is pending. */
  async saveCustomDocumentAs({ journal }: LabelDocument, destination: vscode.Uri): Promise<void> {
    const text = journal.edits.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await vscode.workspace.fs.writeFile(destination, Buffer.from(text));
  }

  async revertCustomDocument({ journal }: LabelDocument): Promise<void> {
    journal.revert();
  }

  async backupCustomDocument(
    { journal }: LabelDocument,
    { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    const file = destination.fsPath;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeAtomic(
      file,
      journal.edits
        .pending()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    return { id: destination.toString(), delete: () => fs.rmSync(file, { force: true }) };
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private announce(document: LabelDocument, action: LabelAction): void {
    const { journal } = document;
    this.changed.fire({
      document,
      label: action.label,
      undo: () => journal.undo(action),
      redo: () => journal.redo(action),
    });
  }
}
