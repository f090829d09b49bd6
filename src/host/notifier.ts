import * as vscode from 'vscode';
import type { RunSummary } from '../protocol/runs.ts';
import { commands } from './ids.ts';
import type { RunStore } from './runs/run-store.ts';
import { percent } from './runs/run-text.ts';

/** One notification for a run that ended while this window watched, with what to do next. A run the user stopped: none. */
export function notifyEnds(store: RunStore): vscode.Disposable {
  return store.onDidEnd((run) => void notify(run));
}

async function notify(run: RunSummary): Promise<void> {
  const open = vscode.l10n.t('Open Run');
  const log = vscode.l10n.t('Show Log');
  const choice = await announce(run, open, log);
  if (choice === open) void vscode.commands.executeCommand(commands.openRun, run.folder);
  if (choice === log) void vscode.commands.executeCommand(commands.showRunLog, run.folder);
}

function announce(run: RunSummary, open: string, log: string): Thenable<string | undefined> {
  switch (run.state) {
    case 'done': {
      const accuracy = run.validationAccuracy;
      const text =
        accuracy === null
          ? vscode.l10n.t('{0} is trained.', run.name)
          : vscode.l10n.t('{0} is trained: {1} validation accuracy.', run.name, percent(accuracy));
      return vscode.window.showInformationMessage(text, open, log);
    }
    case 'failed': {
      const why = [run.message, run.advice].filter(Boolean).join(' ');
      return vscode.window.showErrorMessage(vscode.l10n.t('{0} failed. {1}', run.name, why).trim(), open, log);
    }
    case 'interrupted':
      return vscode.window.showWarningMessage(
        vscode.l10n.t('{0} was interrupted. It can be resumed.', run.name),
        open,
        log,
      );
    default:
      return Promise.resolve(undefined);
  }
}
