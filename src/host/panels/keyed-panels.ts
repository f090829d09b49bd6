import path from 'node:path';
import * as vscode from 'vscode';
import { fieldOf } from '../../jobs/record.ts';
import { localFolders } from '../workspace.ts';
import { webviewOptions } from './webview-panel.ts';

export interface ShowOptions {
  /** What the user is looking at stays in sight. */
  beside?: boolean;
  /** The keyboard stays where it is. */
  preserveFocus?: boolean;
}

export interface PanelKind {
  /** One of `panels` of ids.ts. */
  viewType: string;
  extensionUri: vscode.Uri;
  onError(error: unknown): void;
}

/** The panels of one kind in this window: one a subject, found again after a reload. */
export abstract class KeyedPanels<Panel extends { reveal(preserveFocus: boolean): void }, Subject>
  implements vscode.WebviewPanelSerializer, vscode.Disposable
{
  protected readonly open = new Map<string, Panel>();
  protected readonly extensionUri: vscode.Uri;
  private readonly kind: PanelKind;
  private readonly serializer: vscode.Disposable;

  constructor(kind: PanelKind) {
    this.kind = kind;
    this.extensionUri = kind.extensionUri;
    this.serializer = vscode.window.registerWebviewPanelSerializer(kind.viewType, this);
  }

  /** Equal for what one panel shows. */
  protected abstract keyOf(subject: Subject): string;
  /** Of the tab, until the panel names itself. @throws where there is nothing to show */
  protected abstract titleOf(subject: Subject): string;
  /** What a panel showed before the reload; null: it is not of this workspace, or can't be shown. */
  protected abstract restored(state: unknown): Subject | null;
  /** @throws where there is nothing to show */
  protected abstract create(panel: vscode.WebviewPanel, subject: Subject): Panel;

  /**
   * Opens the subject's panel, or shows the one that is open.
   * @throws what `titleOf` and `create` throw; no panel is left then
   */
  show(subject: Subject, { beside = false, preserveFocus = false }: ShowOptions = {}): Panel {
    const found = this.open.get(this.keyOf(subject));
    if (found) {
      found.reveal(preserveFocus);
      return found;
    }
    const title = this.titleOf(subject);
    const place = { viewColumn: beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active, preserveFocus };
    const panel = vscode.window.createWebviewPanel(
      this.kind.viewType,
      title,
      place,
      webviewOptions(this.kind.extensionUri),
    );
    try {
      return this.adopt(panel, subject);
    } catch (error) {
      panel.dispose();
      throw error;
    }
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    try {
      const subject = this.restored(state);
      if (subject !== null && !this.open.has(this.keyOf(subject))) this.adopt(panel, subject);
      else panel.dispose();
    } catch (error) {
      panel.dispose();
      this.kind.onError(error);
    }
  }

  dispose(): void {
    this.serializer.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, subject: Subject): Panel {
    const host = this.create(panel, subject);
    this.open.set(this.keyOf(subject), host);
    panel.onDidDispose(() => {
      for (const [key, open] of this.open) if (open === host) this.open.delete(key);
    });
    return host;
  }
}

/** The path that a kept state has under a name, absolute; null: it has none. */
export function pathOfState(state: unknown, name: string): string | null {
  const value = fieldOf(state, name);
  return typeof value === 'string' ? path.resolve(value) : null;
}

/**
 * The folder that a kept state names, if it lies directly in one of `homes` of a folder of this workspace.
 * @param homes absolute folders in the `.loupe` folder of a workspace folder
 */
export function folderOfState(state: unknown, homes: (workspaceFolder: string) => string[]): string | null {
  const folder = pathOfState(state, 'folder');
  if (folder === null) return null;
  return localFolders().some((root) => homes(root).includes(path.dirname(folder))) ? folder : null;
}
