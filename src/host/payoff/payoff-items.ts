import * as vscode from 'vscode';
import type { PayoffReport } from '../../protocol/payoff.ts';
import { commands } from '../ids.ts';
import { reportGroup, reportTime } from '../reports/report-group.ts';
import { payoffFigure, payoffMessage } from './payoff-text.ts';

/** A payoff in the tree of data sets. */
export interface PayoffNode {
  kind: 'payoff';
  source: string;
  id: string;
  report: PayoffReport;
}

/** The newest first. */
export function payoffNodes(source: string, reports: readonly PayoffReport[]): PayoffNode[] {
  return reports.toReversed().map((report) => ({ kind: 'payoff', source, id: report.id, report }));
}

export function payoffsItem(group: { source: string; count: number }): vscode.TreeItem {
  return reportGroup(group, { kind: 'payoffs', title: vscode.l10n.t('Cleaning Payoff'), icon: 'graph' });
}

export function payoffItem({ source, id, report }: PayoffNode): vscode.TreeItem {
  const item = new vscode.TreeItem(payoffFigure(report) || vscode.l10n.t('Nothing to measure on'));
  item.id = `${source}\0payoff\0${id}`;
  item.contextValue = 'payoff';
  item.description = [report.name, reportTime(report.createdAt)].join(' · ');
  item.tooltip = payoffMessage(report, vscode.l10n.t);
  item.iconPath = new vscode.ThemeIcon('graph');
  item.command = { command: commands.showPayoff, title: vscode.l10n.t('Show'), arguments: [{ source, id }] };
  return item;
}
