import path from 'node:path';
import * as vscode from 'vscode';
import { configUri } from '../configs/config-commands.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { commands, panels } from '../ids.ts';
import { configNow } from '../lr-finder/finder-origin.ts';
import { pathOfState } from '../panels/keyed-panels.ts';
import { webviewOptions } from '../panels/webview-panel.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { describeSchedule, type ImageCount } from './describe-schedule.ts';
import { ScheduleHovers } from './schedule-hover.ts';
import { SchedulePanel, type ScheduleSource } from './schedule-panel.ts';

/** The schedule preview of this window: one panel, which follows the config that is being edited, and a hover. */
export class SchedulePreview implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly extensionUri: vscode.Uri;
  private readonly source: ScheduleSource;
  private readonly registrations: vscode.Disposable;
  private open: SchedulePanel | null = null;

  constructor(
    extensionUri: vscode.Uri,
    dataSets: DataSetStore,
    { schemaFile, onError }: { schemaFile: string; onError: (error: unknown) => void },
  ) {
    this.extensionUri = extensionUri;
    const imagesOf = (file: string): ImageCount => {
      return (config) => dataSets.get(path.resolve(path.dirname(file), config.data.source))?.report?.images ?? null;
    };
    this.source = {
      describe: (text, file) => describeSchedule(text, file, schemaFile, imagesOf(file)),
      scan: async (file) => {
        requireTrust();
        const config = configNow(file);
        if (!config) return;
        const source = path.resolve(path.dirname(file), config.data.source);
        if (!dataSets.get(source)) await dataSets.add(source);
        await dataSets.scan(source);
      },
      onDidChange: dataSets.onDidChange,
      onError,
    };
    this.registrations = vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(panels.schedule, this),
      new ScheduleHovers(schemaFile, imagesOf),
    );
  }

  get commands(): Handlers<typeof commands.previewSchedule> {
    return {
      [commands.previewSchedule]: (target?: vscode.Uri) => {
        // Arguments of a link in a hover arrive as plain data.
        const uri = configUri(target && vscode.Uri.from(target));
        if (uri) this.show(uri.fsPath);
      },
    };
  }

  /** Opens the panel beside the editor, which keeps the keyboard. */
  show(file: string): void {
    if (this.open) {
      this.open.moveTo(file);
      this.open.reveal(true);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const options = webviewOptions(this.extensionUri);
    this.adopt(vscode.window.createWebviewPanel(panels.schedule, vscode.l10n.t('Schedule'), place, options), file);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const file = fileOf(state);
    if (this.open || file === null) panel.dispose();
    else this.adopt(panel, file);
  }

  dispose(): void {
    this.registrations.dispose();
  }

  private adopt(panel: vscode.WebviewPanel, file: string): void {
    this.open = new SchedulePanel(panel, this.extensionUri, file, this.source);
    panel.onDidDispose(() => {
      this.open = null;
    });
  }
}

/** The config that the panel showed before the reload; only configs of this workspace come back. */
function fileOf(state: unknown): string | null {
  const file = pathOfState(state, 'file');
  return file !== null && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) ? file : null;
}
