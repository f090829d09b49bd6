import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { dataReportsFolder, listDataReports, readDataReport, summaryOf } from '../../jobs/data-reports.ts';
import { jobFiles } from '../../jobs/job.ts';
import type { DataReport, DataReportSummary } from '../../protocol/baseline.ts';
import { localFolders } from '../workspace.ts';

interface Known {
  source: string;
  summary: DataReportSummary;
}

/** The reports on data sets that this workspace keeps, whoever measured them. */
export class ReportIndex implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** By folder; null: it can't be read. */
  private known: Map<string, Known | null> | null = null;
  private watchers: vscode.Disposable[] = [];
  private readonly subscription: vscode.Disposable;

  constructor() {
    this.subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      this.watch();
      this.refresh();
    });
    this.watch();
  }

  /** Of a data set, oldest first. */
  of(source: string): DataReportSummary[] {
    return [...this.all().values()].flatMap((one) => (one?.source === source ? [one.summary] : []));
  }

  /** @throws Problem `bad-report`, `folder-missing` */
  read(id: string): DataReport {
    return readDataReport(this.folderOf(id));
  }

  folderOf(id: string): string {
    const folders = localFolders().map((root) => path.join(dataReportsFolder(root), path.basename(id)));
    return folders.find((folder) => fs.existsSync(folder)) ?? folders[0] ?? id;
  }

  /** Looks at the folders again; a report that was read is not read twice. */
  refresh(): void {
    const before = this.known;
    this.known = null;
    const now = this.all(before);
    if (before?.size !== now.size || [...now.keys()].some((folder) => !before.has(folder))) this.changed.fire();
  }

  dispose(): void {
    this.subscription.dispose();
    for (const watcher of this.watchers) watcher.dispose();
    this.changed.dispose();
  }

  private all(before: Map<string, Known | null> | null = null): Map<string, Known | null> {
    this.known ??= new Map(
      localFolders()
        .flatMap((root) => listDataReports(dataReportsFolder(root)))
        .map((folder) => [folder, before?.get(folder) ?? known(folder)]),
    );
    return this.known;
  }

  private watch(): void {
    for (const watcher of this.watchers) watcher.dispose();
    const refresh = () => this.refresh();
    this.watchers = localFolders().flatMap((root) => {
      const pattern = new vscode.RelativePattern(dataReportsFolder(root), `*/${jobFiles.report}`);
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      return [watcher, watcher.onDidCreate(refresh), watcher.onDidDelete(refresh)];
    });
  }
}

function known(folder: string): Known | null {
  try {
    const report = readDataReport(folder);
    return { source: report.source, summary: summaryOf(report) };
  } catch {
    // Damaged, or it went away a moment ago: it is not listed.
    return null;
  }
}
