import * as vscode from 'vscode';
import { sortRuns } from '../../jobs/sort.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { runIcon } from './run-item.ts';
import { describeRun } from './run-text.ts';

export interface RunPick extends vscode.QuickPickItem {
  run: RunSummary;
}

/** Asks for one of the runs, newest first. Undefined: the user thought better of it. */
export async function pickRun(runs: readonly RunSummary[], placeHolder: string): Promise<RunSummary | undefined> {
  const options = { placeHolder, matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(runPicks(runs), options))?.run;
}

/** Runs to choose from, newest first. */
export function runPicks(runs: readonly RunSummary[]): RunPick[] {
  return sortRuns(runs).map((run) => ({
    run,
    label: run.name,
    description: describeRun(run, vscode.l10n.t),
    detail: run.note,
    iconPath: runIcon(run),
  }));
}
