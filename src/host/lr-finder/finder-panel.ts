import path from 'node:path';
import * as vscode from 'vscode';
import { type FinderJob, readFinderJob } from '../../jobs/finder-job.ts';
import { finderKind } from '../../jobs/finder-tracker.ts';
import { type Follower, followJob } from '../../jobs/follow.ts';
import { jobFiles } from '../../jobs/job.ts';
import { isActive } from '../../jobs/status.ts';
import { requestStop } from '../../jobs/stop.ts';
import type { FinderSummary, SweepSettings } from '../../protocol/lr-finder.ts';
import { type FromFinderPanel, isFromFinderPanel, type ToFinderPanel } from '../../protocol/lr-finder-panel.ts';
import { commands } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import { Coalescer } from '../run-panel/coalesce.ts';
import { saveExport } from '../run-panel/save-export.ts';
import { describeOrigin } from './finder-origin.ts';
import { FinderRecord } from './finder-record.ts';
import { useRate } from './use-rate.ts';

const INTERVAL_MS = 100;
const POLL_MS = 250;

export interface FinderPanelEvents {
  /** Starts another finder for the same thing; returns its folder. */
  again(job: FinderJob, sweep: SweepSettings): Promise<string>;
  /** The finder came to its end, or its rate was taken. */
  changed(): void;
  /** The panel shows another finder now. */
  moved(from: string, to: string): void;
  onError(error: unknown): void;
}

/** The panel of a learning-rate finder: its curve while it works, read from its folder. */
export class FinderPanel extends WebviewPanelHost<ToFinderPanel, FromFinderPanel> {
  private readonly events: FinderPanelEvents;
  private record = new FinderRecord();
  private readonly coalescer = new Coalescer(INTERVAL_MS, () => this.flush());
  private follower: Follower | null = null;
  private summary: FinderSummary | null = null;
  private job: FinderJob;
  private folderNow: string;

  constructor(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, folder: string, events: FinderPanelEvents) {
    super(panel, extensionUri, { name: 'lr-finder', title: vscode.l10n.t('Learning Rate') });
    this.events = events;
    this.folderNow = folder;
    this.job = readFinderJob(folder);
    panel.iconPath = panelIcon(extensionUri);
    panel.title = titleOf(this.job);
    const refresh = (uri: vscode.Uri) => {
      if (this.job.origin.kind === 'config' && uri.fsPath === this.job.origin.path) this.coalescer.request();
    };
    this.disposables.push(
      vscode.workspace.onDidChangeTextDocument(({ document }) => refresh(document.uri)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => refresh(uri)),
    );
  }

  get folder(): string {
    return this.folderNow;
  }

  protected isMessage(value: unknown): value is FromFinderPanel {
    return isFromFinderPanel(value);
  }

  protected onReady(): void {
    if (this.follower) this.flush();
    else this.follow();
  }

  protected onMessage(message: FromFinderPanel): void {
    this.act(message).catch(this.events.onError);
  }

  protected override onDispose(): void {
    this.follower?.close();
    this.coalescer.dispose();
  }

  private async act(message: FromFinderPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        return;
      case 'stop':
        requestStop(this.folder);
        this.follower?.refresh();
        return;
      case 'use':
        await useRate(this.folder, this.job, message.rate);
        this.coalescer.request();
        this.events.changed();
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(String(message.rate));
        vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', message.rate), 3000);
        return;
      case 'again':
        this.moveTo(await this.events.again(this.job, message.sweep));
        return;
      case 'openOrigin':
        return await this.openOrigin();
      case 'showLog':
        await vscode.window.showTextDocument(vscode.Uri.file(path.join(this.folder, jobFiles.log)), { preview: true });
        return;
      case 'export':
        return await saveExport(this.folder, message);
    }
  }

  /** Shows another finder, in the same place. */
  private moveTo(folder: string): void {
    const from = this.folderNow;
    this.follower?.close();
    this.folderNow = folder;
    this.job = readFinderJob(folder);
    this.record = new FinderRecord();
    this.summary = null;
    this.events.moved(from, folder);
    this.follow();
  }

  private follow(): void {
    const folder = this.folderNow;
    this.follower = followJob(
      folder,
      finderKind(folder),
      {
        update: ({ summary, events, reset }) => {
          const ended = this.summary && isActive(this.summary.state) && !isActive(summary.state);
          this.summary = summary;
          this.record.apply(events, reset);
          this.coalescer.request();
          if (ended) this.events.changed();
        },
        removed: () => this.close(),
        failed: this.events.onError,
      },
      { pollMs: POLL_MS },
    );
  }

  private flush(): void {
    if (!this.summary || !this.visible) return;
    const snapshot = this.record.snapshot(this.summary, describeOrigin(this.job, this.record.checkpoint));
    this.send(snapshot);
  }

  private async openOrigin(): Promise<void> {
    const { kind, path: file } = this.job.origin;
    if (kind === 'run') await vscode.commands.executeCommand(commands.openRun, file);
    else if (kind === 'data') await vscode.commands.executeCommand(commands.revealDataSet, { source: file });
    else {
      const open = vscode.window.tabGroups.all.find(({ tabs }) =>
        tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath === file),
      );
      const place = open ? { viewColumn: open.viewColumn } : {};
      await vscode.window.showTextDocument(vscode.Uri.file(file), place);
    }
  }
}

/** Name of a panel's tab. */
export function titleOf({ config }: FinderJob): string {
  return vscode.l10n.t('Learning Rate: {0}', config.name || config.model.architecture);
}
