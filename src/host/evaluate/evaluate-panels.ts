import path from 'node:path';
import * as vscode from 'vscode';
import { panels } from '../ids.ts';
import { webviewOptions } from '../run-panel/webview-panel.ts';
import { localFolders, loupeFolderIn } from '../workspace.ts';
import { EvaluatePanel, type EvaluatePanelParts } from './evaluate-panel.ts';
import { panelSubject } from './panel-subject.ts';

/** The evaluation panels of this window: one a run or predictor, found again after a reload. */
export class EvaluatePanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly parts: EvaluatePanelParts;
  private readonly open = new Map<string, EvaluatePanel>();
  private readonly serializer: vscode.Disposable;

  constructor(parts: EvaluatePanelParts) {
    this.parts = parts;
    this.serializer = vscode.window.registerWebviewPanelSerializer(panels.evaluate, this);
  }

  /** Opens the panel of a run or predictor, or shows the one that is open. */
  show(folder: string): EvaluatePanel {
    const found = this.open.get(folder);
    if (found) {
      found.reveal(false);
      return found;
    }
    const options = webviewOptions(this.parts.extensionUri);
    const panel = vscode.window.createWebviewPanel(panels.evaluate, '', vscode.ViewColumn.Active, options);
    return this.adopt(panel, folder, null);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const restored = restoredFrom(state);
    try {
      if (restored && !this.open.has(restored.folder)) this.adopt(panel, restored.folder, restored.selected);
      else panel.dispose();
    } catch (error) {
      panel.dispose();
      this.parts.onError(error);
    }
  }

  dispose(): void {
    this.serializer.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, folder: string, selected: string | null): EvaluatePanel {
    const host = new EvaluatePanel(panel, panelSubject(folder), selected, this.parts);
    this.open.set(folder, host);
    panel.onDidDispose(() => this.open.delete(folder));
    return host;
  }
}

/** What a panel showed before the reload; only runs and predictors of this workspace come back. */
export function restoredFrom(state: unknown): { folder: string; selected: string | null } | null {
  if (typeof state !== 'object' || state === null || !('folder' in state) || typeof state.folder !== 'string')
    return null;
  const folder = path.resolve(state.folder);
  const homes = localFolders().flatMap((root) =>
    ['runs', 'predictors'].map((name) => path.join(loupeFolderIn(root), name)),
  );
  if (!homes.includes(path.dirname(folder))) return null;
  return { folder, selected: 'selected' in state && typeof state.selected === 'string' ? state.selected : null };
}
