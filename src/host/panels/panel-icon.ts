import * as vscode from 'vscode';

/** What the tab of every panel shows. */
export function panelIcon(extensionUri: vscode.Uri): { light: vscode.Uri; dark: vscode.Uri } {
  const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `run-${theme}.svg`);
  return { light: icon('light'), dark: icon('dark') };
}
