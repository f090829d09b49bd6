import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  type FromSchedulePanel,
  isFromSchedulePanel,
  type ScheduleSnapshot,
  type ToSchedulePanel,
} from '../../protocol/schedule-panel.ts';
import { configSuffix } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import { Coalescer } from '../run-panel/coalesce.ts';

const INTERVAL_MS = 100;

export interface ScheduleSource {
  /** The schedule of a config as it stands in the editor. */
  describe(text: string, file: string): Promise<ScheduleSnapshot>;
  /** Looks through the data set of a config, so that its images are counted. */
  scan(file: string): Promise<void>;
  /** What is known of the images has changed. */
  onDidChange: vscode.Event<void>;
  onError(error: unknown): void;
}

/** The schedule of the config in the editor, redrawn as it is typed; it follows from one config to the next. */
export class SchedulePanel extends WebviewPanelHost<ToSchedulePanel, FromSchedulePanel> {
  private readonly source: ScheduleSource;
  private readonly coalescer = new Coalescer(INTERVAL_MS, () => void this.redraw());
  private fileNow: string;
  /** Counts the descriptions asked for: a slow one must not overtake a later one. */
  private asked = 0;

  constructor(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, file: string, source: ScheduleSource) {
    super(panel, extensionUri, { name: 'schedule', title: vscode.l10n.t('Schedule') });
    this.source = source;
    this.fileNow = file;
    this.setTitle();
    panel.iconPath = panelIcon(extensionUri);
    this.disposables.push(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.fsPath === this.fileNow) this.coalescer.request();
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const next = editor?.document.uri;
        if (next?.scheme === 'file' && next.path.endsWith(configSuffix)) this.moveTo(next.fsPath);
      }),
      source.onDidChange(() => this.coalescer.request()),
    );
  }

  /** Shows another config. */
  moveTo(file: string): void {
    if (file === this.fileNow) return;
    this.fileNow = file;
    this.setTitle();
    this.coalescer.request();
  }

  protected isMessage(value: unknown): value is FromSchedulePanel {
    return isFromSchedulePanel(value);
  }

  protected onReady(): void {
    void this.redraw();
  }

  protected onMessage(message: FromSchedulePanel): void {
    const uri = vscode.Uri.file(this.fileNow);
    if (message.type === 'openConfig') void vscode.commands.executeCommand('vscode.open', uri, vscode.ViewColumn.One);
    if (message.type === 'scan') this.source.scan(this.fileNow).catch(this.source.onError);
  }

  protected override onDispose(): void {
    this.coalescer.dispose();
  }

  private setTitle(): void {
    this.panel.title = vscode.l10n.t('Schedule: {0}', path.basename(this.fileNow, configSuffix));
  }

  private async redraw(): Promise<void> {
    const asked = ++this.asked;
    try {
      const snapshot = await this.source.describe(textOf(this.fileNow), this.fileNow);
      if (asked === this.asked) this.send(snapshot);
    } catch (error) {
      this.source.onError(error);
    }
  }
}

/** As it stands in the editor, else as it is on disk; empty where it is there no more. */
function textOf(file: string): string {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  if (open) return open.getText();
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}
