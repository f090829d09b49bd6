import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { prepareJournalFolder } from '../../dataset/journal/folder.ts';
import type { FindingKind } from '../../protocol/findings.ts';
import { setContextKey } from '../context-keys.ts';
import { contextKeys, customEditors } from '../ids.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { CleanPanel, type CleanPanelParts } from './clean-panel.ts';
import { LabelEditor } from './label-editor.ts';
import type { LabelJournals } from './label-journals.ts';

/** What a panel is opened for. */
export interface CleanTarget {
  /** Data set, absolute. */
  source: string;
  /** A kind to begin with, of the images that fit `text`. */
  kind?: FindingKind;
  text?: string;
  /** The new images, or what applying the edits would do. */
  view?: 'unlabelled' | 'apply';
}

/** The cleaning panels of this window: editors of `labels.jsonl`. */
export class CleanPanels implements vscode.Disposable {
  readonly editor: LabelEditor;
  private readonly journals: LabelJournals;
  private readonly open = new Map<CleanPanel, string>();
  private wanted: CleanTarget | null = null;

  constructor(journals: LabelJournals, parts: CleanPanelParts) {
    this.journals = journals;
    this.editor = new LabelEditor(journals, ({ journal }, panel) => {
      const clean = new CleanPanel(panel, journal, parts);
      this.open.set(clean, journal.file);
      clean.onDidMoveFocus(() => this.followFocus());
      panel.onDidDispose(() => this.open.delete(clean));
      const { wanted } = this;
      this.wanted = null;
      if (wanted) clean.show(wanted);
    });
  }

  /** Opens the cleaning panel of a data set, or shows the one that is open. */
  async show(target: CleanTarget): Promise<CleanPanel | undefined> {
    const journal = this.journals.in(workspaceFolderFor(target.source));
    // An editor needs a file; a journal without lines says nothing.
    prepareJournalFolder(path.dirname(journal.file));
    fs.appendFileSync(journal.file, '');
    const found = this.of(journal.file);
    if (!found) this.wanted = target;
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(journal.file), customEditors.clean);
    found?.show(target);
    return found ?? this.of(journal.file);
  }

  /** Panels that are open, the one in front first. */
  all(): CleanPanel[] {
    return [...this.open.keys()].sort((a, b) => Number(b.active) - Number(a.active));
  }

  /** The one in front; undefined: another editor is. */
  get active(): CleanPanel | undefined {
    return this.all().find((panel) => panel.active);
  }

  dispose(): void {
    this.editor.dispose();
  }

  private followFocus(): void {
    setContextKey(
      contextKeys.cleanFocused,
      this.all().some(({ focused }) => focused),
    );
  }

  private of(file: string): CleanPanel | undefined {
    return this.all().find((panel) => this.open.get(panel) === file);
  }
}
