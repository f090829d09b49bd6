import * as vscode from 'vscode';
import type { Follower } from '../../jobs/follow.ts';
import { followRuns } from '../../jobs/follow-list.ts';
import type { RunList } from '../../jobs/list.ts';
import { isActive } from '../../jobs/status.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { setContextKey } from '../context-keys.ts';
import { contextKeys } from '../ids.ts';
import { localFolders, runsFolderOf } from '../workspace.ts';
import { canResume } from './run-text.ts';

export interface RunChange {
  /** Folders of runs that came, went or changed. */
  changed: string[];
}

/** The runs of all workspace folders as they are on disk, followed. */
export class RunStore implements vscode.Disposable {
  private readonly log: vscode.LogOutputChannel;
  private readonly lists = new Map<string, Follower>();
  private readonly byRoot = new Map<string, RunSummary[]>();
  private readonly warned = new Set<string>();
  private readonly changedEmitter = new vscode.EventEmitter<RunChange>();
  private readonly endedEmitter = new vscode.EventEmitter<RunSummary>();
  private readonly subscription: vscode.Disposable;
  private byFolder = new Map<string, RunSummary>();
  /** Waits until every runs folder was looked at once. */
  private waiting: (() => void)[] = [];

  readonly onDidChange = this.changedEmitter.event;
  /** A run ended that this window had seen at work or in the queue. */
  readonly onDidEnd = this.endedEmitter.event;

  constructor(log: vscode.LogOutputChannel) {
    this.log = log;
    this.subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => this.start());
  }

  /** Follows the runs of every workspace folder; those of folders that were closed are forgotten. */
  start(): void {
    const roots = new Set(localFolders());
    for (const [root, follower] of this.lists) {
      if (roots.has(root)) continue;
      follower.close();
      this.lists.delete(root);
      this.byRoot.delete(root);
    }
    for (const root of roots) {
      if (this.lists.has(root)) continue;
      this.lists.set(
        root,
        followRuns(runsFolderOf(root), (list) => this.take(root, list)),
      );
    }
    this.update();
  }

  all(): RunSummary[] {
    return [...this.byFolder.values()];
  }

  get(folder: string): RunSummary | undefined {
    return this.byFolder.get(folder);
  }

  /** Resolves once the runs on disk are known. */
  ready(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Looks now: something was just changed from here. */
  refresh(): void {
    for (const follower of this.lists.values()) follower.refresh();
  }

  dispose(): void {
    this.subscription.dispose();
    for (const follower of this.lists.values()) follower.close();
    this.changedEmitter.dispose();
    this.endedEmitter.dispose();
  }

  private isReady(): boolean {
    return [...this.lists.keys()].every((root) => this.byRoot.has(root));
  }

  private take(root: string, { runs, unreadable }: RunList): void {
    this.byRoot.set(root, runs);
    for (const { folder, message } of unreadable) {
      if (!this.warned.has(message)) this.log.warn(`${folder}: ${message}`);
      this.warned.add(message);
    }
    this.update();
    if (this.isReady()) for (const resolve of this.waiting.splice(0)) resolve();
  }

  private update(): void {
    const before = this.byFolder;
    this.byFolder = new Map([...this.byRoot.values()].flat().map((run) => [run.folder, run]));
    const changed = [...this.byFolder.values()]
      .filter((run) => before.get(run.folder) !== run)
      .map(({ folder }) => folder);
    const gone = [...before.keys()].filter((folder) => !this.byFolder.has(folder));
    this.setContextKeys();
    if (changed.length + gone.length > 0) this.changedEmitter.fire({ changed: [...changed, ...gone] });
    for (const folder of changed) {
      const run = this.byFolder.get(folder);
      const earlier = before.get(folder);
      if (run && earlier && isUnderWay(earlier) && !isUnderWay(run)) this.endedEmitter.fire(run);
    }
  }

  private setContextKeys(): void {
    const runs = this.all();
    setContextKey(contextKeys.runsAny, runs.length > 0);
    setContextKey(contextKeys.runActive, runs.some(isUnderWay));
    setContextKey(contextKeys.runResumable, runs.some(canResume));
    setContextKey(
      contextKeys.modelAvailable,
      runs.some(({ hasModel }) => hasModel),
    );
  }
}

function isUnderWay(run: RunSummary): boolean {
  return isActive(run.state) || run.state === 'queued';
}
