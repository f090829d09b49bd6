import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { panels } from '../ids.ts';
import { webviewOptions } from '../run-panel/webview-panel.ts';
import { localFolders } from '../workspace.ts';
import { AugmentPanel, type AugmentPanelParts } from './augment-panel.ts';

/** The augmentation previews of this window: one a config or data set, found again after a reload. */
export class AugmentPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly parts: AugmentPanelParts;
  private readonly open = new Set<AugmentPanel>();
  private readonly serializer: vscode.Disposable;

  constructor(parts: AugmentPanelParts) {
    this.parts = parts;
    this.serializer = vscode.window.registerWebviewPanelSerializer(panels.augment, this);
  }

  /** @param target `*.loupe.json` or data source, absolute. @param beside what the user is looking at stays in sight */
  show(target: string, beside: boolean): void {
    const found = [...this.open].find((panel) => panel.target === target);
    if (found) {
      found.reveal(false);
      return;
    }
    const column = beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const options = webviewOptions(this.parts.extensionUri);
    this.adopt(vscode.window.createWebviewPanel(panels.augment, path.basename(target), column, options), target);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const target = targetOf(state);
    if (target === null || !vscode.workspace.isTrusted) panel.dispose();
    else this.adopt(panel, target);
  }

  dispose(): void {
    this.serializer.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, target: string): void {
    const host = new AugmentPanel(panel, target, this.parts);
    this.open.add(host);
    panel.onDidDispose(() => this.open.delete(host));
  }
}

/** What a panel showed before the reload; only what is in this workspace comes back. */
function targetOf(state: unknown): string | null {
  if (typeof state !== 'object' || state === null || !('target' in state) || typeof state.target !== 'string')
    return null;
  const target = path.resolve(state.target);
  const isHere = localFolders().some((root) => target === root || target.startsWith(root + path.sep));
  return isHere && fs.existsSync(target) ? target : null;
}
