import type * as vscode from 'vscode';
import { readSummary } from '../../jobs/list.ts';
import { setContextKey } from '../context-keys.ts';
import { contextKeys, panels } from '../ids.ts';
import { folderOfState, KeyedPanels } from '../panels/keyed-panels.ts';
import { runsFolderOf } from '../workspace.ts';
import { RunPanel } from './run-panel.ts';

/** The run panels of this window: one a run, by its folder. */
export class RunPanels extends KeyedPanels<RunPanel, string> {
  private readonly onError: (error: unknown) => void;

  constructor(extensionUri: vscode.Uri, onError: (error: unknown) => void) {
    super({ viewType: panels.run, extensionUri, onError });
    this.onError = onError;
  }

  /** Folder of the run whose panel is in front; null: none is. */
  active(): string | null {
    for (const [folder, panel] of this.open) if (panel.active) return folder;
    return null;
  }

  close(folder: string): void {
    this.open.get(folder)?.close();
  }

  protected override keyOf(folder: string): string {
    return folder;
  }

  protected override titleOf(folder: string): string {
    return readSummary(folder).name;
  }

  protected override restored(state: unknown): string | null {
    return folderOfState(state, (root) => [runsFolderOf(root)]);
  }

  protected override create(panel: vscode.WebviewPanel, folder: string): RunPanel {
    const host = new RunPanel(panel, this.extensionUri, readSummary(folder), this.onError);
    setContextKey(contextKeys.runPanelShown, true);
    return host;
  }
}
