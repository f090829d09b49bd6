import path from 'node:path';
import * as vscode from 'vscode';
import type { IssueRow, StyleNote } from '../../protocol/catalogue.ts';
import { type FindingKind, findingKinds } from '../../protocol/findings.ts';
import { commands } from '../ids.ts';
import { decidedOf } from './decided.ts';
import { evidenceText } from './evidence-text.ts';
import type { IssueIndex } from './issue-index.ts';
import { kindTitles } from './kind-titles.ts';
import { groupOf } from './kinds.ts';
import { rootOfSource } from './known-images.ts';
import type { LabelJournals } from './label-journals.ts';

/** Rows that come at once below a kind. */
const PAGE = 50;
const groups = ['label', 'copies', 'picture', 'set'] as const;

export type IssueNode =
  | { kind: 'issueKind'; source: string; issue: FindingKind; count: number }
  | { kind: 'issue'; source: string; issue: FindingKind; row: IssueRow }
  /** What else was found of an image. */
  | { kind: 'otherIssue'; source: string; issue: FindingKind; path: string }
  /** What most images of the set have: no issue, and not counted. */
  | { kind: 'issueStyle'; source: string; note: StyleNote }
  | { kind: 'moreIssues'; source: string; issue: FindingKind; shown: number; total: number };

export function isIssueNode(node: { kind: string }): node is IssueNode {
  return ['issueKind', 'issue', 'otherIssue', 'moreIssues', 'issueStyle'].includes(node.kind);
}

/** Issues of a data set in the Data Sets tree: kinds, below them the images, page by page, below each what else it has. */
export class IssueTree implements vscode.Disposable {
  private readonly index: IssueIndex;
  private readonly journals: LabelJournals;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** How many rows below a kind were asked for. */
  private readonly wanted = new Map<string, number>();
  private readonly subscriptions: vscode.Disposable;

  constructor(index: IssueIndex, journals: LabelJournals) {
    this.index = index;
    this.journals = journals;
    const announce = () => this.changed.fire();
    this.subscriptions = vscode.Disposable.from(index.onDidChange(announce), journals.onDidChange(announce));
  }

  /** Kinds of which something was found, in the order of the cleaning panel's groups; below them what is the set's style. */
  kindsOf(source: string): IssueNode[] {
    const counts = this.index.countsOf(source) ?? {};
    const kinds = groups.flatMap((group) => findingKinds.filter((kind) => groupOf(kind) === group));
    const found = kinds.flatMap((issue): IssueNode[] => {
      const count = counts[issue] ?? 0;
      return count > 0 ? [{ kind: 'issueKind', source, issue, count }] : [];
    });
    return [...found, ...this.index.styleOf(source).map((note): IssueNode => ({ kind: 'issueStyle', source, note }))];
  }

  /** Whether there is anything to show below a data set. */
  isEmpty(source: string): boolean {
    return !this.totalOf(source) && this.index.styleOf(source).length === 0;
  }

  /** All that was found; null: nobody has looked. */
  totalOf(source: string): number | null {
    const counts = this.index.countsOf(source);
    return counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async childrenOf(node: IssueNode): Promise<IssueNode[]> {
    if (node.kind === 'issue') return this.othersOf(node);
    if (node.kind !== 'issueKind' || !vscode.workspace.isTrusted) return [];
    const { source, issue } = node;
    const wanted = this.wanted.get(keyOf(node)) ?? PAGE;
    const { total, rows } = await this.index.page(source, issue, 0, wanted);
    const nodes = rows.map((row): IssueNode => ({ kind: 'issue', source, issue, row }));
    const more: IssueNode[] =
      rows.length > 0 && rows.length < total ? [{ kind: 'moreIssues', source, issue, shown: rows.length, total }] : [];
    return [...nodes, ...more];
  }

  showMore(node: Extract<IssueNode, { kind: 'moreIssues' }>): void {
    this.wanted.set(keyOf(node), (this.wanted.get(keyOf(node)) ?? PAGE) + 2 * PAGE);
    this.changed.fire();
  }

  itemOf(node: IssueNode): vscode.TreeItem {
    switch (node.kind) {
      case 'issueKind':
        return kindItem(node);
      case 'issue':
        return this.issueItem(node);
      case 'otherIssue':
        return otherItem(node);
      case 'issueStyle':
        return styleItem(node);
      case 'moreIssues': {
        const item = new vscode.TreeItem(vscode.l10n.t('Show more…'));
        item.description = vscode.l10n.t('{0} of {1}', node.shown, node.total);
        item.command = { command: commands.moreIssues, title: vscode.l10n.t('Show More'), arguments: [node] };
        return item;
      }
    }
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.changed.dispose();
  }

  private othersOf({ source, issue, row }: Extract<IssueNode, { kind: 'issue' }>): IssueNode[] {
    const [image] = row.images;
    if (!image) return [];
    const others = this.index.kindsOf(source, image.path).filter((kind) => kind !== issue);
    return others.map((kind) => ({ kind: 'otherIssue', source, issue: kind, path: image.path }));
  }

  private issueItem(node: Extract<IssueNode, { kind: 'issue' }>): vscode.TreeItem {
    const { source, row } = node;
    const [image] = row.images;
    const why = evidenceText(row);
    const decided = decidedOf(row, this.journals.of(source).decisionsOf(source));
    if (!image) {
      const item = new vscode.TreeItem(why);
      item.iconPath = new vscode.ThemeIcon('info');
      return item;
    }
    const uri = vscode.Uri.file(path.join(rootOfSource(source), image.path));
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(uri, this.othersOf(node).length > 0 ? Collapsed : None);
    item.id = `${source}\0${row.key}`;
    item.label = titleOf(row);
    item.description = decided?.text ?? why;
    item.tooltip = `${row.images.map((one) => one.path).join('\n')}\n${why}`;
    item.accessibilityInformation = { label: `${item.label}, ${item.description}` };
    item.iconPath = decided ? new vscode.ThemeIcon('check') : new vscode.ThemeIcon('file-media');
    item.contextValue = contextOf(row);
    item.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [uri, { preview: true }] };
    return item;
  }
}

function kindItem({ source, issue, count }: Extract<IssueNode, { kind: 'issueKind' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(kindTitles[issue], vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${source}\0issues\0${issue}`;
  item.description = count.toLocaleString('en-US');
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'issueKind';
  return item;
}

function otherItem({ source, issue, path: name }: Extract<IssueNode, { kind: 'otherIssue' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(kindTitles[issue]);
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.command = {
    command: commands.cleanDataSet,
    title: vscode.l10n.t('Clean'),
    arguments: [{ source, kind: issue, text: `path:"${name}"` }],
  };
  return item;
}

function styleItem({ source, note }: Extract<IssueNode, { kind: 'issueStyle' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(kindTitles[note.kind]);
  item.id = `${source}\0style\0${note.kind}`;
  const images = note.images.toLocaleString('en-US');
  item.description = vscode.l10n.t('style of {0} images, no issue', images);
  item.tooltip = `${note.text}\n${vscode.l10n.t('Click to see the {0} images.', images)}`;
  item.accessibilityInformation = { label: `${item.label}, ${item.description}. ${note.text}` };
  item.iconPath = new vscode.ThemeIcon('info');
  item.command = {
    command: commands.inspectDataSet,
    title: vscode.l10n.t('Show These Images'),
    arguments: [{ source, query: note.query }],
  };
  return item;
}

/** Menus ask with it which acts make sense. */
function contextOf({ kind }: IssueRow): 'issueLabel' | 'issueCopies' | 'issueImage' {
  const group = groupOf(kind);
  return group === 'label' ? 'issueLabel' : group === 'copies' ? 'issueCopies' : 'issueImage';
}

function titleOf({ images, suggested }: IssueRow): string {
  const [image, other] = images;
  const name = path.posix.basename(image?.path ?? '');
  if (suggested && image?.label && suggested !== image.label) return `${name}: ${image.label} → ${suggested}`;
  return other ? `${name} = ${path.posix.basename(other.path)}` : name;
}

function keyOf({ source, issue }: { source: string; issue: FindingKind }): string {
  return `${source}\0${issue}`;
}
