import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import { setContextKey } from '../context-keys.ts';
import { contextKeys, views } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import { dataSetsFileOf, localFolders, workspaceFolderFor } from '../workspace.ts';
import { addToDataSetList, readDataSetList, removeFromDataSetList } from './list-file.ts';
import { dataSetName, looksLikeDataSet } from './propose.ts';
import { readScanProgress, readScanReport, type ScanReport } from './scan-report.ts';

export interface DataSetEntry {
  /** Absolute folder or file. */
  source: string;
  /** The workspace folder whose list holds it. */
  root: string;
  /** From this or an earlier window; null: never scanned. */
  report: ScanReport | null;
  /** Text while a scan is under way. */
  progress: string | null;
  /** Why the last scan failed. */
  problem: Problem | null;
}

type Remembered = Omit<DataSetEntry, 'source' | 'root'>;

/** The data sets of this workspace: the list on disk, and what the last scan found in each. */
export class DataSetStore implements vscode.Disposable {
  private readonly processes: LoupeProcesses;
  private readonly memory: vscode.Memento;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly listed = new vscode.EventEmitter<void>();
  /** The list was read again. */
  readonly onDidList = this.listed.event;
  private readonly known = new Map<string, Remembered>();
  private readonly scans = new Map<string, Promise<ScanReport>>();
  private watchers: vscode.Disposable[] = [];
  private subscription: vscode.Disposable | undefined;
  private entries: DataSetEntry[] = [];
  private proposals: string[] = [];
  private reading: Promise<void> = Promise.resolve();

  constructor(processes: LoupeProcesses, memory: vscode.Memento) {
    this.processes = processes;
    this.memory = memory;
  }

  /** Reads the lists and looks for a proposal; follows both. */
  async start(): Promise<void> {
    this.subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      this.watch();
      void this.reload();
    });
    this.watch();
    await this.reload();
  }

  /** Waits for lists and proposals that are being read, as when a command is the first thing that a window is asked for. */
  async whenRead(): Promise<void> {
    await this.reading.catch(() => undefined);
  }

  all(): readonly DataSetEntry[] {
    return this.entries;
  }

  /** Workspace folders without a list of their own that look like data sets. */
  proposed(): readonly string[] {
    return this.proposals;
  }

  get(source: string): DataSetEntry | undefined {
    return this.entries.find((entry) => entry.source === source);
  }

  async add(source: string): Promise<void> {
    if (!fs.existsSync(source)) throw new Problem('missing', `${source} does not exist.`, 'Choose another folder.');
    addToDataSetList(dataSetsFileOf(workspaceFolderFor(source)), source);
    await this.reload();
  }

  async remove(source: string): Promise<void> {
    const entry = this.get(source);
    if (entry) removeFromDataSetList(dataSetsFileOf(entry.root), source);
    await this.memory.update(memoryKey(source), undefined);
    await this.reload();
  }

  /**
   * Looks through a data set in a process of its own, with progress in the view; a scan under way is joined.
   * @throws Problem what is wrong with the data set; CancellationError
   */
  scan(source: string): Promise<ScanReport> {
    const running = this.scans.get(source);
    if (running) return running;
    const scan = this.runScan(source).finally(() => this.scans.delete(source));
    this.scans.set(source, scan);
    return scan;
  }

  /** Scans a data set again of which a scan is known: its files have changed. */
  async rescan(source: string): Promise<void> {
    if (!this.get(source)?.report) return;
    await this.scans.get(source)?.catch(() => undefined);
    await this.scan(source);
  }

  /** Scans what was never scanned, one after the other; what goes wrong shows in the view. */
  async scanMissing(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    for (const { source } of this.entries) {
      const entry = this.get(source);
      if (entry && !entry.report && !entry.problem) await this.scan(source).catch(() => undefined);
    }
  }

  dispose(): void {
    this.subscription?.dispose();
    for (const watcher of this.watchers) watcher.dispose();
    this.changed.dispose();
    this.listed.dispose();
  }

  private watch(): void {
    for (const watcher of this.watchers) watcher.dispose();
    const reload = () => void this.reload();
    this.watchers = localFolders().flatMap((root) => {
      const file = new vscode.RelativePattern(path.dirname(dataSetsFileOf(root)), path.basename(dataSetsFileOf(root)));
      const watcher = vscode.workspace.createFileSystemWatcher(file);
      return [watcher, watcher.onDidChange(reload), watcher.onDidCreate(reload), watcher.onDidDelete(reload)];
    });
  }

  private async runScan(source: string): Promise<ScanReport> {
    const title = vscode.l10n.t('Scanning {0}', dataSetName(source));
    const options: vscode.ProgressOptions = { location: { viewId: views.dataSets }, title, cancellable: true };
    return await vscode.window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      this.remember(source, { progress: vscode.l10n.t('scanning…'), problem: null });
      try {
        const answer = await this.processes.ask(['scan', source, '--json', '--progress', 'json'], {
          cwd: workspaceFolderFor(source),
          signal: abort.signal,
          onLine: (line) => {
            const step = readScanProgress(line);
            if (!step) return;
            const text = step.total === null ? `${step.done}` : `${step.done}/${step.total}`;
            progress.report({ message: text });
            this.remember(source, { progress: vscode.l10n.t('scanning {0}', text) });
          },
        });
        const report = readScanReport(answer);
        if (!report) throw new Problem('bad-answer', `The scan of ${source} gave no result.`, 'See the log.');
        this.remember(source, { report, progress: null });
        await this.memory.update(memoryKey(source), report);
        return report;
      } catch (error) {
        this.remember(source, { progress: null, problem: error instanceof Problem ? error : null });
        throw error;
      }
    });
  }

  private remember(source: string, change: Partial<Remembered>): void {
    const before = this.known.get(source) ?? { report: null, progress: null, problem: null };
    this.known.set(source, { ...before, ...change });
    this.entries = this.entries.map((entry) => (entry.source === source ? { ...entry, ...change } : entry));
    this.announce();
  }

  private reload(): Promise<void> {
    this.reading = this.read();
    return this.reading;
  }

  private async read(): Promise<void> {
    const entries: DataSetEntry[] = [];
    for (const root of localFolders()) {
      for (const source of readDataSetList(dataSetsFileOf(root)))
        entries.push({ source, root, ...this.recall(source) });
    }
    this.entries = entries;
    const listed = new Set(entries.map(({ root }) => root));
    const candidates = localFolders().filter((root) => !listed.has(root));
    const verdicts = await Promise.all(candidates.map((root) => looksLikeDataSet(root)));
    this.proposals = candidates.filter((_, i) => verdicts[i]);
    this.announce();
    this.listed.fire();
  }

  private recall(source: string): Remembered {
    const known = this.known.get(source);
    if (known) return known;
    const report = readScanReport(this.memory.get(memoryKey(source)));
    return { report, progress: null, problem: null };
  }

  private announce(): void {
    setContextKey(contextKeys.dataSetsAny, this.entries.length > 0);
    setContextKey(
      contextKeys.dataSetsScanned,
      this.entries.some((entry) => (entry.report?.images ?? 0) > 0),
    );
    this.changed.fire();
  }
}

function memoryKey(source: string): string {
  return `loupe.scan:${source}`;
}
