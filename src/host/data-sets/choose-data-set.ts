import * as vscode from 'vscode';
import type { DataSetStore } from './data-set-store.ts';
import { dataSetName } from './propose.ts';

/** The data set that a command is about: the only one there is without asking, else the user's choice. Undefined: none chosen. */
export async function chooseDataSet(
  store: DataSetStore,
  placeHolder = vscode.l10n.t('Train on which data set?'),
): Promise<string | undefined> {
  await store.whenRead();
  const listed = store.all().map(({ source }) => source);
  const proposed = store.proposed();
  const [only] = listed.length > 0 ? listed : proposed;
  if (only !== undefined && (listed.length === 1 || (listed.length === 0 && proposed.length === 1))) return only;
  if (listed.length === 0 && proposed.length === 0) return await chooseFolder();
  const other = { label: `$(folder-opened) ${vscode.l10n.t('Another folder…')}`, source: undefined, description: '' };
  const picks = [...listed, ...proposed].map((source) => ({
    label: `$(database) ${dataSetName(source)}`,
    description: vscode.workspace.asRelativePath(source),
    source,
  }));
  const chosen = await vscode.window.showQuickPick([...picks, other], { placeHolder });
  return chosen === other ? await chooseFolder() : chosen?.source;
}

export async function chooseFolder(): Promise<string | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: vscode.l10n.t('Open as Data Set'),
    title: vscode.l10n.t('Folder with one subfolder of images a class, or with a manifest'),
    ...(folder ? { defaultUri: folder } : {}),
  });
  return chosen?.[0]?.fsPath;
}
