import * as vscode from 'vscode';
import { runItem, runTooltip } from './run-item.ts';
import type { RunStore } from './run-store.ts';
import type { RunView } from './run-view.ts';

/** The Runs tree. Elements are run folders: their summaries change under them. */
export class RunTree implements vscode.TreeDataProvider<string>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly store: RunStore;
  private readonly view: RunView;
  private readonly subscriptions: vscode.Disposable[];
  private shown: string[] = [];

  constructor(store: RunStore, view: RunView) {
    this.store = store;
    this.view = view;
    this.subscriptions = [
      store.onDidChange(({ changed }) => this.update(changed)),
      view.onDidChange(() => this.changed.fire(undefined)),
    ];
  }

  getChildren(element?: string): string[] {
    if (element !== undefined) return [];
    this.shown = this.order();
    return this.shown;
  }

  getTreeItem(folder: string): vscode.TreeItem {
    const run = this.store.get(folder);
    return run ? runItem(run) : new vscode.TreeItem(folder);
  }

  getParent(): undefined {
    return undefined;
  }

  /** Whether the run is among those that the filter keeps. */
  shows(folder: string): boolean {
    return this.shown.includes(folder);
  }

  resolveTreeItem(item: vscode.TreeItem, folder: string): vscode.TreeItem {
    const run = this.store.get(folder);
    if (run) item.tooltip = runTooltip(run);
    return item;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private order(): string[] {
    return this.view.apply(this.store.all()).map((run) => run.folder);
  }

  /** Only the rows that changed, unless one came, went or moved. */
  private update(changed: readonly string[]): void {
    const order = this.order();
    const same = order.length === this.shown.length && order.every((folder, i) => folder === this.shown[i]);
    if (!same) this.changed.fire(undefined);
    else for (const folder of changed) if (order.includes(folder)) this.changed.fire(folder);
  }
}
