import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Follower, followRun, type RunUpdate } from '../../jobs/follow.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readJob } from '../../jobs/read.ts';
import { type FromRunPanel, isFromRunPanel, type ToRunPanel } from '../../protocol/run-panel.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { type CommandId, commands } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import { Coalescer } from './coalesce.ts';
import { RunRecord } from './run-record.ts';
import { saveExport } from './save-export.ts';

/** At most ten messages a second. */
const INTERVAL_MS = 100;
const POLL_MS = 250;

/** Shown as a preview. */
const modelCard = 'model/README.md';

/** Files of a run that the panel links to, where they exist. */
const linkedFiles: readonly string[] = [
  jobFiles.job,
  jobFiles.log,
  jobFiles.events,
  jobFiles.provenance,
  jobFiles.split,
  jobFiles.predictions,
  jobFiles.report,
  'model/model.json',
  modelCard,
];

type Request = Exclude<FromRunPanel['type'], 'ready' | 'openFile' | 'export'>;

const commandOf: Record<Request, CommandId> = {
  stop: commands.stopRun,
  resume: commands.resumeRun,
  continue: commands.continueRun,
  duplicate: commands.duplicateRun,
  classify: commands.classify,
  exportModel: commands.exportModel,
  evaluate: commands.evaluateRun,
  revealFolder: commands.revealRun,
  showLog: commands.showRunLog,
};

/** The panel of one run: curves while it trains, read from its folder. */
export class RunPanel extends WebviewPanelHost<ToRunPanel, FromRunPanel> {
  readonly folder: string;
  private readonly record = new RunRecord();
  private readonly coalescer = new Coalescer(INTERVAL_MS, () => this.flush());
  private readonly onError: (error: unknown) => void;
  private follower: Follower | null = null;
  private summary: RunSummary;
  private filesChanged = false;

  /** @param summary of the run as it is now. */
  constructor(
    panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
    summary: RunSummary,
    onError: (error: unknown) => void,
  ) {
    super(panel, extensionUri, { name: 'run', title: summary.name });
    this.folder = summary.folder;
    this.summary = summary;
    this.onError = onError;
    panel.iconPath = panelIcon(extensionUri);
    panel.title = summary.name;
  }

  protected isMessage(value: unknown): value is FromRunPanel {
    return isFromRunPanel(value);
  }

  protected onReady(): void {
    if (this.follower) this.sendSnapshot();
    else this.follow();
  }

  protected onMessage(message: FromRunPanel): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'openFile':
        this.openFile(message.file);
        break;
      case 'export':
        saveExport(this.folder, message).catch(this.onError);
        break;
      default:
        void vscode.commands.executeCommand(commandOf[message.type], this.folder);
    }
  }

  protected override onDispose(): void {
    this.follower?.close();
    this.coalescer.dispose();
  }

  private follow(): void {
    this.follower = followRun(
      this.folder,
      { update: (update) => this.update(update), removed: () => this.close(), failed: this.onError },
      { pollMs: POLL_MS },
    );
  }

  private update({ summary, events, reset }: RunUpdate): void {
    if (summary.state !== this.summary.state || summary.hasModel !== this.summary.hasModel) this.filesChanged = true;
    this.summary = summary;
    this.record.apply(events, reset);
    if (this.panel.title !== summary.name) this.panel.title = summary.name;
    this.coalescer.request();
  }

  private flush(): void {
    if (!this.visible) return;
    const delta = this.record.takeDelta(this.summary);
    if (delta) {
      this.send(this.filesChanged ? { ...delta, files: this.files() } : delta);
      this.filesChanged = false;
    } else this.sendSnapshot();
  }

  private sendSnapshot(): void {
    try {
      this.send(this.record.snapshot(this.summary, configText(this.folder), this.files()));
      this.filesChanged = false;
    } catch (error) {
      this.onError(error);
    }
  }

  private files(): string[] {
    return linkedFiles.filter((file) => fs.existsSync(path.join(this.folder, file)));
  }

  /** Only files that the panel was told of. */
  private openFile(file: string): void {
    if (!linkedFiles.includes(file)) return;
    if (file === modelCard) {
      void vscode.commands.executeCommand(commands.openModelCard, this.folder);
      return;
    }
    const uri = vscode.Uri.file(path.join(this.folder, file));
    void vscode.commands.executeCommand('vscode.open', uri, { preview: true });
  }
}

function configText(folder: string): string {
  return JSON.stringify(readJob(folder).config, null, 2);
}
