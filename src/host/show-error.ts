import * as vscode from 'vscode';
import { Problem } from '../problem.ts';

/** Shows what happened and what to do next; anything but a `Problem` is a bug and goes to the log with its stack. */
export async function showError(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof vscode.CancellationError || (error instanceof Error && error.name === 'AbortError')) return;
  if (error instanceof Problem) log.warn(`${error.code}: ${error.message} ${error.advice}`);
  else log.error(error instanceof Error ? error : String(error));
  const text = error instanceof Problem ? `${error.message} ${error.advice}` : String(error);
  const showLog = vscode.l10n.t('Show Log');
  if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) log.show();
}
