import path from 'node:path';
import * as vscode from 'vscode';
import { type FinderJob, readFinderJob } from '../../jobs/finder-job.ts';
import type { SweepSettings } from '../../protocol/lr-finder.ts';
import { panels } from '../ids.ts';
import type { ShowOptions } from '../run-panel/run-panels.ts';
import { webviewOptions } from '../run-panel/webview-panel.ts';
import { findersFolderOf, localFolders } from '../workspace.ts';
import { FinderPanel, titleOf } from './finder-panel.ts';

export interface FinderPanelsEvents {
  again(job: FinderJob, sweep: SweepSettings): Promise<string>;
  changed(): void;
  onError(error: unknown): void;
}

/** The learning-rate panels of this window: one a finder, found again after a reload. */
export class FinderPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly events: FinderPanelsEvents;
  private readonly open = new Map<string, FinderPanel>();
  private readonly serializer: vscode.Disposable;

  constructor(extensionUri: vscode.Uri, events: FinderPanelsEvents) {
    this.extensionUri = extensionUri;
    this.events = events;
    this.serializer = vscode.window.registerWebviewPanelSerializer(panels.lrFinder, this);
  }

  /** Opens the panel of a finder, or shows the one that is open. */
  show(folder: string, { beside = false, preserveFocus = false }: ShowOptions = {}): void {
    const found = this.open.get(folder);
    if (found) {
      found.reveal(preserveFocus);
      return;
    }
    const title = titleOf(readFinderJob(folder));
    const place = { viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active, preserveFocus };
    const options = webviewOptions(this.extensionUri);
    this.adopt(vscode.window.createWebviewPanel(panels.lrFinder, title, place, options), folder);
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
      const host = new FinderPanel(panel, this.extensionUri, folder, {
        ...this.events,
        moved: (from, to) => {
          this.open.delete(from);
          this.open.set(to, host);
        },
      });
      this.open.set(folder, host);
      panel.onDidDispose(() => this.open.delete(host.folder));
      return true;
    } catch (error) {
      this.events.onError(error);
      return false;
    }
  }
}

/** The finder that a panel showed before the reload; only finders of this workspace come back. */
function folderOf(state: unknown): string | null {
  if (typeof state !== 'object' || state === null || !('folder' in state) || typeof state.folder !== 'string')
    return null;
  const folder = path.resolve(state.folder);
  return localFolders().some((root) => path.dirname(folder) === findersFolderOf(root)) ? folder : null;
}
