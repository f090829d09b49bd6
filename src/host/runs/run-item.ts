import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs.ts';
import { commands } from '../ids.ts';
import { describeRun, durationText, epochText, keyMetric, lookOf, percent, tokensOf } from './run-text.ts';

export function runIcon(run: RunSummary): vscode.ThemeIcon {
  const { icon, color } = lookOf(run.state);
  return new vscode.ThemeIcon(icon, color === null ? undefined : new vscode.ThemeColor(color));
}

/** Cheap: the tooltip is made when it is asked for. */
export function runItem(run: RunSummary): vscode.TreeItem {
  const item = new vscode.TreeItem(run.name);
  item.id = run.folder;
  item.description = describeRun(run, vscode.l10n.t);
  item.iconPath = runIcon(run);
  item.contextValue = tokensOf(run).join(' ');
  item.command = {
    command: commands.openRun,
    title: vscode.l10n.t('Open Run'),
    arguments: [run.folder, { preserveFocus: true }],
  };
  item.accessibilityInformation = { label: `${run.name}, ${stateName(run)}, ${item.description}`, role: 'treeitem' };
  return item;
}

function stateName(run: RunSummary): string {
  const names: Record<RunSummary['state'], string> = {
    queued: vscode.l10n.t('queued'),
    starting: vscode.l10n.t('starting'),
    running: vscode.l10n.t('running'),
    stopping: vscode.l10n.t('stopping'),
    done: vscode.l10n.t('done'),
    stopped: vscode.l10n.t('stopped'),
    failed: vscode.l10n.t('failed'),
    interrupted: vscode.l10n.t('interrupted'),
    cancelled: vscode.l10n.t('cancelled'),
  };
  return names[run.state];
}

export function runTooltip(run: RunSummary): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text
    .appendMarkdown(`**`)
    .appendText(run.name)
    .appendMarkdown(`** — $(${lookOf(run.state).icon.replace('~spin', '')}) `);
  text.appendText(stateName(run)).appendMarkdown('\n\n');
  if (run.message) text.appendText(`${run.message} ${run.advice ?? ''}`.trim()).appendMarkdown('\n\n');
  if (run.note) text.appendMarkdown('$(note) ').appendText(run.note).appendMarkdown('\n\n');
  if (run.tags.length) text.appendMarkdown('$(tag) ').appendText(run.tags.join(', ')).appendMarkdown('\n\n');
  text.appendMarkdown('| | |\n|:--|:--|\n');
  for (const [name, value] of facts(run)) {
    text.appendMarkdown('| ').appendText(name).appendMarkdown(' | ').appendText(value).appendMarkdown(' |\n');
  }
  return text;
}

function facts(run: RunSummary): [string, string][] {
  const metric = keyMetric(run);
  const rows: [string, string | null][] = [
    [
      run.validationAccuracy === null ? vscode.l10n.t('Accuracy') : vscode.l10n.t('Validation accuracy'),
      metric === null ? null : percent(metric),
    ],
    [vscode.l10n.t('Validation loss'), run.validationLoss?.toFixed(4) ?? null],
    [vscode.l10n.t('Test accuracy'), run.testAccuracy === null ? null : percent(run.testAccuracy)],
    [vscode.l10n.t('Progress'), run.epoch > 0 ? epochText(run, vscode.l10n.t) : null],
    [vscode.l10n.t('Best epoch'), run.bestEpoch === null ? null : String(run.bestEpoch)],
    [vscode.l10n.t('Model'), run.architecture],
    [vscode.l10n.t('Engine'), [run.engine, run.device].filter(Boolean).join(' · ') || null],
    [
      vscode.l10n.t('Speed'),
      run.imagesPerSecond === null ? null : vscode.l10n.t('{0} images/s', Math.round(run.imagesPerSecond)),
    ],
    [vscode.l10n.t('Created'), new Date(run.createdAt).toLocaleString(vscode.env.language)],
    [
      vscode.l10n.t('Duration'),
      run.startedAt !== null && run.endedAt !== null ? durationText(run.endedAt - run.startedAt) : null,
    ],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== null);
}
