import * as vscode from 'vscode';
import type { PayoffReport } from '../../protocol/payoff.ts';
import { commands } from '../ids.ts';
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

export function payoffsItem({ source, count }: { source: string; count: number }): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Cleaning Payoff'), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${source}\0payoffs`;
  item.description = count.toLocaleString(vscode.env.language);
  item.iconPath = new vscode.ThemeIcon('graph');
  return item;
}

export function payoffItem({ source, id, report }: PayoffNode): vscode.TreeItem {
  const item = new vscode.TreeItem(payoffFigure(report) || vscode.l10n.t('Nothing to measure on'));
  item.id = `${source}\0payoff\0${id}`;
  item.contextValue = 'payoff';
  const time = new Date(report.createdAt).toLocaleString(vscode.env.language, {
    dateStyle: 'short',
    timeStyle: 'short',
  });
  item.description = [report.name, time].join(' · ');
  item.tooltip = payoffMessage(report, vscode.l10n.t);
  item.iconPath = new vscode.ThemeIcon('graph');
  item.command = { command: commands.showPayoff, title: vscode.l10n.t('Show'), arguments: [{ source, id }] };
  return item;
}
