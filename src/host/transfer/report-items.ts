import * as vscode from 'vscode';
import type { DataReportSummary, Share } from '../../protocol/baseline.ts';
import { commands } from '../ids.ts';
import { reportGroup, reportTime } from '../reports/report-group.ts';
import { percent } from '../runs/run-text.ts';

/** A report in the tree of data sets. */
export interface ReportNode {
  kind: 'report';
  source: string;
  id: string;
  summary: DataReportSummary;
}

/** The newest first. */
export function reportNodes(source: string, reports: readonly DataReportSummary[]): ReportNode[] {
  return reports.toReversed().map((summary) => ({ kind: 'report', source, id: summary.id, summary }));
}

export function reportsItem(group: { source: string; count: number }): vscode.TreeItem {
  return reportGroup(group, { kind: 'reports', title: vscode.l10n.t('What to Expect'), icon: 'telescope' });
}

export function reportItem({ source, id, summary }: ReportNode): vscode.TreeItem {
  const item = new vscode.TreeItem(titleOf(summary));
  item.id = `${source}\0report\0${id}`;
  item.contextValue = 'report';
  item.description = [figureOf(summary), reportTime(summary.createdAt)].filter(Boolean).join(' · ');
  item.tooltip = tooltipOf(summary);
  const icons = { baseline: 'pulse', algorithms: 'list-ordered', start: 'rocket' };
  item.iconPath = new vscode.ThemeIcon(icons[summary.kind]);
  item.command = { command: commands.openReport, title: vscode.l10n.t('Open'), arguments: [{ source, id }] };
  return item;
}

function titleOf({ kind, network }: DataReportSummary): string {
  const by = network ?? vscode.l10n.t('without a network');
  if (kind === 'algorithms') return vscode.l10n.t('Algorithms, {0}', by);
  return kind === 'start' ? vscode.l10n.t('First run, {0}', by) : by;
}

function figureOf({ probe, best }: DataReportSummary): string {
  const share = probe ?? best?.accuracy;
  return share ? percent(share.value) : '';
}

function tooltipOf(summary: DataReportSummary): string {
  const { probe, neighbours, best, images, side } = summary;
  const interval = ({ value, low, high }: Share) => `${percent(value)} (${percent(low)}–${percent(high)})`;
  return [
    titleOf(summary),
    vscode.l10n.t('{0} images', images.toLocaleString(vscode.env.language)),
    side === null ? '' : vscode.l10n.t('{0} px', side),
    probe ? vscode.l10n.t('Linear probe {0}', interval(probe)) : '',
    neighbours ? vscode.l10n.t('Nearest neighbours {0}', interval(neighbours)) : '',
    best ? `${best.title} ${interval(best.accuracy)}` : '',
  ]
    .filter(Boolean)
    .join('\n');
}
