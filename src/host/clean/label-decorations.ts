import path from 'node:path';
import * as vscode from 'vscode';
import type { RowEdit } from '../../protocol/catalogue.ts';
import { isImage } from './image-commands.ts';
import type { IssueIndex } from './issue-index.ts';
import { kindTitles } from './kind-titles.ts';
import { type KnownImages, rootOfSource } from './known-images.ts';
import type { LabelJournals } from './label-journals.ts';

/** Marks the files of excluded, relabelled and flagged images in the Explorer and on their tabs. */
export class LabelDecorations implements vscode.FileDecorationProvider, vscode.Disposable {
  private readonly images: KnownImages;
  private readonly journals: LabelJournals;
  private readonly issues: IssueIndex;
  private readonly changed = new vscode.EventEmitter<vscode.Uri[] | undefined>();
  readonly onDidChangeFileDecorations = this.changed.event;
  private readonly subscriptions: vscode.Disposable;

  constructor(images: KnownImages, journals: LabelJournals, issues: IssueIndex) {
    this.images = images;
    this.journals = journals;
    this.issues = issues;
    this.subscriptions = vscode.Disposable.from(
      vscode.window.registerFileDecorationProvider(this),
      journals.onDidChange(() => this.changed.fire(undefined)),
      issues.onDidChange(() => this.changed.fire(undefined)),
    );
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== 'file' || !isImage(uri.fsPath)) return undefined;
    const place = this.images.placeOf(uri.fsPath);
    if (!place) return undefined;
    const edit = this.journals.of(place.source).decisionsOf(place.source).atPath(place.path);
    return decorationOf(edit, this.issues.kindsOf(place.source, place.path));
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.changed.dispose();
  }
}

type Kinds = ReturnType<IssueIndex['kindsOf']>;

/** Undefined: nothing is to be said of the file. */
function decorationOf(edit: RowEdit | null, kinds: Kinds): vscode.FileDecoration | undefined {
  const mark = (badge: string, tooltip: string, color: string) =>
    new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(color));
  if (edit?.deleted) {
    return mark(
      'D',
      vscode.l10n.t('Into the trash when the label edits are applied'),
      'gitDecoration.deletedResourceForeground',
    );
  }
  if (edit?.excluded) {
    return mark('X', vscode.l10n.t('Excluded from training'), 'gitDecoration.ignoredResourceForeground');
  }
  if (edit?.label) {
    return mark('R', vscode.l10n.t('Relabelled {0}', edit.label), 'gitDecoration.modifiedResourceForeground');
  }
  if (kinds.length === 0) return undefined;
  const names = kinds.map((kind) => kindTitles[kind]).join(', ');
  return mark('!', vscode.l10n.t('Loupe: {0}', names), 'list.warningForeground');
}

/** Absolute file of an image. */
export function fileOf(source: string, name: string): string {
  return path.join(rootOfSource(source), name);
}
