import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../problem.ts';

const loupeFolder = '.loupe';

/** Workspace folders on the disk of this machine, as paths. */
export function localFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => folder.uri.fsPath);
}

/** Is the path, absolute, one of the workspace's folders, or in one? */
export function isInWorkspace(file: string): boolean {
  return localFolders().some((root) => file === root || file.startsWith(root + path.sep));
}

/** `<workspace>/.loupe`. */
export function loupeFolderIn(workspaceFolder: string): string {
  return path.join(workspaceFolder, loupeFolder);
}

export function runsFolderOf(workspaceFolder: string): string {
  return path.join(workspaceFolder, loupeFolder, 'runs');
}

export function findersFolderOf(workspaceFolder: string): string {
  return path.join(workspaceFolder, loupeFolder, 'lr-finder');
}

export function predictorsFolderOf(workspaceFolder: string): string {
  return path.join(workspaceFolder, loupeFolder, 'predictors');
}

export function dataSetsFileOf(workspaceFolder: string): string {
  return path.join(workspaceFolder, loupeFolder, 'data-sets.json');
}

/**
 * The workspace folder that owns a file or folder: the one that holds it, else the first one.
 * @throws Problem `no-folder` in a window without a folder.
 */
export function workspaceFolderFor(file: string | null): string {
  const owner = file ? vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath : undefined;
  const folder = owner ?? localFolders()[0];
  if (folder) return folder;
  throw new Problem('no-folder', 'Runs are kept in the folder that is open, and none is.', 'Open a folder first.');
}
