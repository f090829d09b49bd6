import path from 'node:path';
import * as vscode from 'vscode';
import type { Skipped } from '../../dataset/types.ts';
import { type IssueNode, type IssueTree, isIssueNode } from '../clean/issue-tree.ts';
import { commands } from '../ids.ts';
import type { PayoffIndex } from '../payoff/payoff-index.ts';
import { type PayoffNode, payoffItem, payoffNodes, payoffsItem } from '../payoff/payoff-items.ts';
import { percent } from '../runs/run-text.ts';
import type { ReportIndex } from '../transfer/report-index.ts';
import { type ReportNode, reportItem, reportNodes, reportsItem } from '../transfer/report-items.ts';
import type { DataSetEntry, DataSetStore } from './data-set-store.ts';
import { dataSetName } from './propose.ts';

export type DataSetNode =
  | { kind: 'dataSet'; source: string }
  | { kind: 'proposed'; source: string }
  | { kind: 'class'; source: string; name: string; count: number; share: number }
  | { kind: 'warning'; source: string; message: string }
  | { kind: 'skipped'; source: string; root: string; skipped: Skipped }
  | { kind: 'example'; source: string; root: string; path: string; message: string }
  | { kind: 'issues'; source: string; count: number }
  | { kind: 'reports'; source: string; count: number }
  | ReportNode
  | { kind: 'payoffs'; source: string; count: number }
  | PayoffNode
  | IssueNode;

/** The Data Sets tree: issues that were found, what is to be expected, what cleaning has changed, classes with counts, then what was skipped by cause with files that open. */
export class DataSetTree implements vscode.TreeDataProvider<DataSetNode>, vscode.Disposable {
  private readonly store: DataSetStore;
  private readonly issues: IssueTree;
  private readonly reports: ReportIndex;
  private readonly payoffs: PayoffIndex;
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor(store: DataSetStore, parts: { issues: IssueTree; reports: ReportIndex; payoffs: PayoffIndex }) {
    const { issues, reports, payoffs } = parts;
    this.store = store;
    this.issues = issues;
    this.reports = reports;
    this.payoffs = payoffs;
    this.subscription = vscode.Disposable.from(
      store.onDidChange(() => this.changed.fire(undefined)),
      issues.onDidChange(() => this.changed.fire(undefined)),
      reports.onDidChange(() => this.changed.fire(undefined)),
      payoffs.onDidChange(() => this.changed.fire(undefined)),
    );
  }

  getChildren(node?: DataSetNode): DataSetNode[] | Promise<DataSetNode[]> {
    if (!node) return this.roots();
    if (node.kind === 'issues') return this.issues.kindsOf(node.source);
    if (node.kind === 'reports') return reportNodes(node.source, this.reports.of(node.source));
    if (node.kind === 'payoffs') return payoffNodes(node.source, this.payoffs.of(node.source));
    if (isIssueNode(node)) return this.issues.childrenOf(node);
    if (node.kind === 'dataSet') return this.contents(node.source);
    if (node.kind !== 'skipped') return [];
    return node.skipped.examples.map((example) => ({
      kind: 'example',
      source: node.source,
      root: node.root,
      ...example,
    }));
  }

  getTreeItem(node: DataSetNode): vscode.TreeItem {
    switch (node.kind) {
      case 'dataSet': {
        const entry = this.store.get(node.source);
        return entry ? dataSetItem(entry, this.issues.totalOf(node.source)) : new vscode.TreeItem(node.source);
      }
      case 'proposed':
        return proposedItem(node.source);
      case 'class':
        return classItem(node);
      case 'warning':
        return warningItem(node);
      case 'skipped':
        return skippedItem(node.source, node.skipped);
      case 'example':
        return exampleItem(node);
      case 'issues':
        return issuesItem(node);
      case 'reports':
        return reportsItem(node);
      case 'report':
        return reportItem(node);
      case 'payoffs':
        return payoffsItem(node);
      case 'payoff':
        return payoffItem(node);
      default:
        return this.issues.itemOf(node);
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  private roots(): DataSetNode[] {
    const listed: DataSetNode[] = this.store.all().map(({ source }) => ({ kind: 'dataSet', source }));
    return [...listed, ...this.store.proposed().map((source): DataSetNode => ({ kind: 'proposed', source }))];
  }

  private contents(source: string): DataSetNode[] {
    const report = this.store.get(source)?.report;
    if (!report) return [];
    const classes = report.classes.map(
      ({ name, count }): DataSetNode => ({
        kind: 'class',
        source,
        name,
        count,
        share: count / Math.max(1, report.images),
      }),
    );
    const warnings = report.warnings.map((message): DataSetNode => ({ kind: 'warning', source, message }));
    const skipped = report.skipped.map(
      (entry): DataSetNode => ({ kind: 'skipped', source, root: report.root, skipped: entry }),
    );
    const count = this.issues.totalOf(source) ?? 0;
    const issues: DataSetNode[] = this.issues.isEmpty(source) ? [] : [{ kind: 'issues', source, count }];
    const kept = this.reports.of(source).length;
    const reports: DataSetNode[] = kept > 0 ? [{ kind: 'reports', source, count: kept }] : [];
    const measured = this.payoffs.of(source).length;
    const payoffs: DataSetNode[] = measured > 0 ? [{ kind: 'payoffs', source, count: measured }] : [];
    return [...issues, ...reports, ...payoffs, ...classes, ...warnings, ...skipped];
  }
}

function dataSetItem(entry: DataSetEntry, issues: number | null): vscode.TreeItem {
  const item = new vscode.TreeItem(dataSetName(entry.source), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = entry.source;
  item.contextValue = 'dataSet';
  item.description = dataSetDescription(entry, issues);
  item.iconPath = dataSetIcon(entry);
  item.tooltip = dataSetTooltip(entry, issues);
  if (!entry.report) item.collapsibleState = vscode.TreeItemCollapsibleState.None;
  return item;
}

function dataSetDescription({ report, progress, problem }: DataSetEntry, issues: number | null): string {
  if (progress !== null) return progress;
  if (problem) return problem.message;
  if (!report) return vscode.l10n.t('not scanned yet');
  const skipped = report.skipped.reduce((sum, { count }) => sum + count, 0);
  const counts = [vscode.l10n.t('{0} images', grouped(report.images))];
  if (issues !== null) counts.push(vscode.l10n.t('{0} issues', grouped(issues)));
  counts.push(vscode.l10n.t('{0} classes', report.classes.length));
  if (skipped > 0) counts.push(vscode.l10n.t('{0} skipped', grouped(skipped)));
  return counts.join(' · ');
}

function dataSetIcon({ progress, problem }: DataSetEntry): vscode.ThemeIcon {
  if (progress !== null) return new vscode.ThemeIcon('loading~spin');
  if (problem) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon('database');
}

function dataSetTooltip(entry: DataSetEntry, issues: number | null): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(entry.source);
  if (entry.problem) text.appendMarkdown('\n\n').appendText(`${entry.problem.message} ${entry.problem.advice}`);
  else text.appendMarkdown('\n\n').appendText(dataSetDescription(entry, issues));
  return text;
}

function issuesItem({ source, count }: Extract<DataSetNode, { kind: 'issues' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Issues'), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${source}\0issues`;
  item.description = grouped(count);
  item.iconPath = new vscode.ThemeIcon('search-sparkle');
  return item;
}

function proposedItem(source: string): vscode.TreeItem {
  const item = new vscode.TreeItem(dataSetName(source));
  item.id = `proposed:${source}`;
  item.contextValue = 'proposed';
  item.description = vscode.l10n.t('looks like a data set: open it');
  item.iconPath = new vscode.ThemeIcon('lightbulb');
  item.command = {
    command: commands.openDataSet,
    title: vscode.l10n.t('Open Folder as Data Set'),
    arguments: [vscode.Uri.file(source)],
  };
  return item;
}

function classItem(node: Extract<DataSetNode, { kind: 'class' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(node.name);
  item.id = `${node.source}#class:${node.name}`;
  item.command = {
    command: commands.inspectDataSet,
    title: vscode.l10n.t('Show These Images'),
    arguments: [{ kind: 'class', source: node.source, name: node.name }],
  };
  item.description = `${grouped(node.count)} · ${percent(node.share)}`;
  item.iconPath = new vscode.ThemeIcon(
    node.count === 0 ? 'warning' : 'tag',
    node.count === 0 ? new vscode.ThemeColor('list.warningForeground') : undefined,
  );
  return item;
}

function warningItem(node: Extract<DataSetNode, { kind: 'warning' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(node.message);
  item.id = `${node.source}#warning:${node.message}`;
  item.iconPath = new vscode.ThemeIcon('info', new vscode.ThemeColor('charts.yellow'));
  item.tooltip = node.message;
  return item;
}

function skippedItem(source: string, skipped: Skipped): vscode.TreeItem {
  const item = new vscode.TreeItem(causeText(skipped.cause), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${source}#skipped:${skipped.cause}`;
  const shown = skipped.examples.length;
  item.description =
    shown < skipped.count
      ? vscode.l10n.t('{0} skipped, the first {1} listed', grouped(skipped.count), shown)
      : vscode.l10n.t('{0} skipped', grouped(skipped.count));
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return item;
}

function exampleItem(node: Extract<DataSetNode, { kind: 'example' }>): vscode.TreeItem {
  const file = path.resolve(node.root, node.path);
  const item = new vscode.TreeItem(path.basename(node.path));
  item.id = `${node.source}#example:${node.path}:${node.message}`;
  item.description = node.message;
  item.tooltip = file;
  item.iconPath = new vscode.ThemeIcon('file-media');
  item.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [vscode.Uri.file(file)] };
  return item;
}

function causeText(cause: Skipped['cause']): string {
  const texts: Record<Skipped['cause'], string> = {
    'empty-file': vscode.l10n.t('Empty file'),
    'not-an-image': vscode.l10n.t('Not an image'),
    corrupt: vscode.l10n.t('Corrupt'),
    truncated: vscode.l10n.t('Truncated'),
    'too-large': vscode.l10n.t('Too large'),
    unreadable: vscode.l10n.t('Unreadable'),
    unsupported: vscode.l10n.t('Unsupported format'),
    missing: vscode.l10n.t('Missing file'),
    'no-label': vscode.l10n.t('No label'),
    'bad-row': vscode.l10n.t('Bad row'),
    'symlink-loop': vscode.l10n.t('Symbolic link loop'),
  };
  return texts[cause] ?? cause;
}

function grouped(count: number): string {
  return count.toLocaleString(vscode.env.language);
}
