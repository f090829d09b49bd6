import * as vscode from 'vscode';
import { restoredFrom } from '../evaluate/evaluate-panels.ts';
import { panelSubject } from '../evaluate/panel-subject.ts';
import { panels } from '../ids.ts';
import { webviewOptions } from '../run-panel/webview-panel.ts';
import { PredictPanel, type PredictPanelParts } from './predict-panel.ts';

/** The predict panels of this window: one a run or predictor, found again after a reload. */
export class PredictPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly parts: PredictPanelParts;
  private readonly open = new Map<string, PredictPanel>();
  private readonly serializer: vscode.Disposable;

  constructor(parts: PredictPanelParts) {
    this.parts = parts;
    this.serializer = vscode.window.registerWebviewPanelSerializer(panels.predict, this);
  }

  /** Opens the panel of a run or predictor, or shows the one that is open. */
  show(folder: string): PredictPanel {
    const found = this.open.get(folder);
    if (found) {
      found.reveal(false);
      return found;
    }
    const options = webviewOptions(this.parts.extensionUri);
    const panel = vscode.window.createWebviewPanel(panels.predict, '', vscode.ViewColumn.Active, options);
    return this.adopt(panel, folder);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const restored = restoredFrom(state);
    try {
      if (restored && !this.open.has(restored.folder)) this.adopt(panel, restored.folder);
      else panel.dispose();
    } catch (error) {
      panel.dispose();
      this.parts.onError(error);
    }
  }

  dispose(): void {
    this.serializer.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, folder: string): PredictPanel {
    const { name } = panelSubject(folder);
    const host = new PredictPanel(panel, { folder, name }, this.parts);
    this.open.set(folder, host);
    panel.onDidDispose(() => this.open.delete(folder));
    return host;
  }
}
