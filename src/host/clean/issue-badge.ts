import * as vscode from 'vscode';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import type { DataSetNode } from '../data-sets/data-set-tree.ts';
import { dataSetName } from '../data-sets/propose.ts';
import type { IssueTree } from './issue-tree.ts';

/** Keeps the badge of the Data Sets view, and so of Loupe's icon: how many issues wait for a decision. */
export function countIssues(
  view: Pick<vscode.TreeView<DataSetNode>, 'badge'>,
  dataSets: DataSetStore,
  issues: IssueTree,
): vscode.Disposable {
  const update = () => {
    const found = dataSets
      .all()
      .map(({ source }) => ({ source, count: issues.totalOf(source) ?? 0 }))
      .filter(({ count }) => count > 0);
    const lines = found.map(({ source, count }) =>
      vscode.l10n.t('{0}: {1} issues to decide', dataSetName(source), count.toLocaleString(vscode.env.language)),
    );
    const value = found.reduce((sum, { count }) => sum + count, 0);
    view.badge = value > 0 ? { value, tooltip: lines.join('\n') } : undefined;
  };
  update();
  return vscode.Disposable.from(issues.onDidChange(update), dataSets.onDidList(update));
}
