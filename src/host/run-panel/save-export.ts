import path from 'node:path';
import * as vscode from 'vscode';
import type { FromRunPanel } from '../../protocol/run-panel.ts';

type Export = Extract<FromRunPanel, { type: 'export' }>;

/** Asks where to save a chart (PNG) or its numbers (CSV), beside the run's workspace, and writes it. */
export async function saveExport(runFolder: string, message: Export): Promise<void> {
  const home = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(runFolder))?.uri ?? vscode.Uri.file(runFolder);
  const name = path.basename(message.suggestedName) || `run.${message.format}`;
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home, name),
    filters: message.format === 'png' ? { [vscode.l10n.t('PNG image')]: ['png'] } : { CSV: ['csv'] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, Buffer.from(message.data, message.format === 'png' ? 'base64' : 'utf8'));
  const open = vscode.l10n.t('Open');
  const saved = vscode.l10n.t('Saved {0}.', path.basename(target.fsPath));
  if ((await vscode.window.showInformationMessage(saved, open)) === open) {
    await vscode.commands.executeCommand('vscode.open', target);
  }
}
