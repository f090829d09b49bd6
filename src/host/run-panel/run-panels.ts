import path from 'node:path';
import * as vscode from 'vscode';
import { readSummary } from '../../jobs/list.ts';
import { setContextKey } from '../context-keys.ts';
import { contextKeys, panels } from '../ids.ts';
import { localFolders, runsFolderOf } from '../workspace.ts';
import { RunPanel } from './run-panel.ts';
import { webviewOptions } from './webview-panel.ts';

export interface ShowOptions {
  /** What the user is looking at stays in sight. */
  beside?: boolean;
  /** The keyboard stays where it is. */
  preserveFocus?: boolean;
}

/** The run panels of this window: one a run, found again after a reload. */
export class RunPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly onError: (error: unknown) => void;
  private readonly open = new Map<string, RunPanel>();
  private readonly serializer: vscode.Disposable;

  constructor(extensionUri: vscode.Uri, onError: (error: unknown) => void) {
    this.extensionUri = extensionUri;
    this.onError = onError;
    this.serializer = vscode.window.registerWebviewPanelSerializer(panels.run, this);
  }

  /** Opens the panel of a run, or shows the one that is open. */
  show(folder: string, { beside = false, preserveFocus = false }: ShowOptions = {}): void {
    const found = this.open.get(folder);
    if (found) {
      found.reveal(preserveFocus);
      return;
    }
    const summary = readSummary(folder);
    const place = { viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active, preserveFocus };
    const panel = vscode.window.createWebviewPanel(panels.run, summary.name, place, webviewOptions(this.extensionUri));
    this.adopt(panel, folder);
  }

  /** Folder of the run whose panel is in front; null: none is. */
  active(): string | null {
    for (const [folder, panel] of this.open) if (panel.active) return folder;
    return null;
  }

  close(folder: string): void {
    this.open.get(folder)?.close();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const folder = folderOf(state);
    if (!folder || this.open.has(folder) || !this.adopt(panel, folder)) panel.dispose();
  }

  dispose(): void {
    this.serializer.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, folder: string): boolean {
    try {
      const host = new RunPanel(panel, this.extensionUri, readSummary(folder), this.onError);
      this.open.set(folder, host);
      panel.onDidDispose(() => this.open.delete(folder));
      setContextKey(contextKeys.runPanelShown, true);
      return true;
    } catch (error) {
      this.onError(error);
      return false;
    }
  }
}

/** The run that a panel showed before the reload; only runs of this workspace come back. */
function folderOf(state: unknown): string | null {
  if (typeof state !== 'object' || state === null || !('folder' in state) || typeof state.folder !== 'string')
    return null;
  const folder = path.resolve(state.folder);
  return localFolders().some((root) => path.dirname(folder) === runsFolderOf(root)) ? folder : null;
}
