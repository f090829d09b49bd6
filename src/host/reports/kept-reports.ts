import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { reportFolders } from '../../jobs/data-reports.ts';
import { jobFiles } from '../../jobs/job.ts';
import { localFolders } from '../workspace.ts';

/** Where reports of a kind are kept, and how one is read. */
export interface ReportKind<Report> {
  /** @param root folder of the workspace */
  parentIn(root: string): string;
  /** @throws Problem it can't be read */
  read(folder: string): Report;
}

/** The reports of a kind that this workspace keeps, whoever measured them: each in a folder that is named by its time. */
export class KeptReports<Report extends { source: string }> implements vscode.Disposable {
  private readonly kind: ReportKind<Report>;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  /** By folder; null: it can't be read. */
  private known: Map<string, Report | null> | null = null;
  private watchers: vscode.Disposable[] = [];
  private readonly subscription: vscode.Disposable;

  constructor(kind: ReportKind<Report>) {
    this.kind = kind;
    this.subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      this.watch();
      this.refresh();
    });
    this.watch();
  }

  /** Of a data set, oldest first. */
  of(source: string): Report[] {
    return this.all().filter((report) => report.source === source);
  }

  /** Of all data sets. */
  all(): Report[] {
    return [...this.byFolder().values()].filter((report) => report !== null);
  }

  folderOf(id: string): string {
    const folders = localFolders().map((root) => path.join(this.kind.parentIn(root), path.basename(id)));
    return folders.find((folder) => fs.existsSync(folder)) ?? folders[0] ?? id;
  }

  /** Looks at the folders again; a report that was read is not read twice. */
  refresh(): void {
    const before = this.known;
    this.known = null;
    const now = this.byFolder(before);
    if (before?.size !== now.size || [...now.keys()].some((folder) => !before.has(folder))) this.changed.fire();
  }

  dispose(): void {
    this.subscription.dispose();
    for (const watcher of this.watchers) watcher.dispose();
    this.changed.dispose();
  }

  private byFolder(before: Map<string, Report | null> | null = null): Map<string, Report | null> {
    this.known ??= new Map(
      localFolders()
        .flatMap((root) => reportFolders(this.kind.parentIn(root)))
        .map((folder) => [folder, before?.get(folder) ?? this.readable(folder)]),
    );
    return this.known;
  }

  private readable(folder: string): Report | null {
    try {
      return this.kind.read(folder);
    } catch {
      // Damaged, or it went away a moment ago: it is not listed.
      return null;
    }
  }

  private watch(): void {
    for (const watcher of this.watchers) watcher.dispose();
    const refresh = () => this.refresh();
    this.watchers = localFolders().flatMap((root) => {
      const pattern = new vscode.RelativePattern(this.kind.parentIn(root), `*/${jobFiles.report}`);
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      return [watcher, watcher.onDidCreate(refresh), watcher.onDidDelete(refresh)];
    });
  }
}
