import path from 'node:path';
import * as vscode from 'vscode';
import { localFolders } from '../workspace.ts';

const filters: Record<string, Record<string, string[]>> = {
  '.png': { 'PNG image': ['png'] },
  '.csv': { CSV: ['csv'] },
  '.md': { Markdown: ['md'] },
};

/** Asks where to save, in the workspace first, and offers to open what was written. */
export async function saveFile(suggestedName: string, content: Uint8Array): Promise<void> {
  const [root] = localFolders();
  const target = await vscode.window.showSaveDialog({
    ...(root ? { defaultUri: vscode.Uri.file(path.join(root, suggestedName)) } : {}),
    filters: filters[path.extname(suggestedName)] ?? {},
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, content);
  const open = vscode.l10n.t('Open');
  const saved = vscode.l10n.t('Saved {0}.', path.basename(target.fsPath));
  if ((await vscode.window.showInformationMessage(saved, open)) === open) {
    await vscode.commands.executeCommand('vscode.open', target);
  }
}
