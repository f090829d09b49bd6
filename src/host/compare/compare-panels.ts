import * as vscode from 'vscode';
import { asScope, type CompareScope } from '../../protocol/compare-panel.ts';
import { panels } from '../ids.ts';
import { webviewOptions } from '../run-panel/webview-panel.ts';
import { ComparePanel, type CompareParts } from './compare-panel.ts';
import { scopeTitle } from './compare-runs.ts';

/** The comparisons of this window, found again after a reload. */
export class ComparePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly parts: CompareParts;
  private readonly serializer: vscode.Disposable;
  private readonly open = new Map<string, ComparePanel>();

  constructor(extensionUri: vscode.Uri, parts: CompareParts) {
    this.extensionUri = extensionUri;
    this.parts = parts;
    this.serializer = vscode.window.registerWebviewPanelSerializer(panels.compare, this);
  }

  /** Opens a comparison, or shows the one of the same runs that is open. */
  show(scope: CompareScope): void {
    const found = this.open.get(JSON.stringify(scope));
    if (found) {
      found.reveal(false);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      panels.compare,
      scopeTitle(scope),
      vscode.ViewColumn.Active,
      webviewOptions(this.extensionUri),
    );
    this.adopt(panel, scope);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = typeof state === 'object' && state !== null && 'scope' in state ? asScope(state.scope) : null;
    this.adopt(panel, kept ?? { kind: 'query', query: '' });
  }

  dispose(): void {
    this.serializer.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, scope: CompareScope): void {
    const key = JSON.stringify(scope);
    const host = new ComparePanel(panel, this.extensionUri, scope, this.parts);
    this.open.set(key, host);
    panel.onDidDispose(() => {
      if (this.open.get(key) === host) this.open.delete(key);
    });
  }
}
