import * as vscode from 'vscode';

/** What holds the reports of a kind, below a data set. @param icon of the theme */
export function reportGroup(
  { source, count }: { source: string; count: number },
  { kind, title, icon }: { kind: string; title: string; icon: string },
): vscode.TreeItem {
  const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${source}\0${kind}`;
  item.description = count.toLocaleString(vscode.env.language);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

/** When a report was made, as the user's language writes it. */
export function reportTime(createdAt: number | string): string {
  return new Date(createdAt).toLocaleString(vscode.env.language, { dateStyle: 'short', timeStyle: 'short' });
}
