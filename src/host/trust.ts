import * as vscode from 'vscode';
import { Problem } from '../problem.ts';

/** @throws Problem `not-trusted` before anything is decoded, trained or otherwise run in restricted mode. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new Problem(
    'not-trusted',
    vscode.l10n.t('Scanning, training and classifying run code and are off in restricted mode.'),
    vscode.l10n.t('Trust this workspace first (command "Workspaces: Manage Workspace Trust").'),
  );
}
