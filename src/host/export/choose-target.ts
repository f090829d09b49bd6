import path from 'node:path';
import * as vscode from 'vscode';
import { type FormatInfo, suggestedName } from '../../export/formats.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { workspaceFolderFor } from '../workspace.ts';

export interface Target {
  path: string;
  /** What is there may be replaced: the user has said so. */
  force: boolean;
}

/** Asks where an export goes, beside the run's workspace. Undefined: the user thought better of it. */
export async function chooseTarget(run: RunSummary, format: FormatInfo): Promise<Target | undefined> {
  const home = vscode.Uri.file(workspaceFolderFor(run.folder));
  // A store holds many runs: it is added to.
  const name = format.name === 'mlflow' ? 'mlruns' : suggestedName(run.name, format);
  const chosen = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home, name),
    saveLabel: vscode.l10n.t('Export'),
    title: vscode.l10n.t('Export {0} as {1}', run.name, format.label),
    ...(format.extension === null ? {} : { filters: { [format.label]: [format.extension.slice(1)] } }),
  });
  if (!chosen) return undefined;
  if (format.name === 'mlflow' || !(await exists(chosen))) return { path: chosen.fsPath, force: false };
  // The dialog has asked about a file, but may not have about a folder.
  if (format.extension !== null) return { path: chosen.fsPath, force: true };
  const replace = vscode.l10n.t('Replace');
  const question = vscode.l10n.t('{0} is there already. Replace it?', path.basename(chosen.fsPath));
  const answer = await vscode.window.showWarningMessage(question, { modal: true }, replace);
  return answer === replace ? { path: chosen.fsPath, force: true } : undefined;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
