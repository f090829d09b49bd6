import * as vscode from 'vscode';
import { createIssuesJob, IssuesTracker, listIssuesJobs } from '../../jobs/issues-job.ts';
import { requestStop } from '../../jobs/stop.ts';
import { Problem } from '../../problem.ts';
import { defaultThresholds, findingKinds } from '../../protocol/findings.ts';
import { defaultIssuesSettings, type IssuesSettings, type IssuesSummary } from '../../protocol/issues.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { views } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import { defaultEngine, tunesIssues } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { localFolders, workspaceFolderFor } from '../workspace.ts';
import { isSearching, type SearchProgress, searchProgress } from './search-progress.ts';

/** Milliseconds between looks at a search under way. */
const LOOK_MS = 400;

/** What a search may be asked to do otherwise than always. */
export type SearchChoice = Partial<Pick<IssuesSettings, 'weights' | 'map'>>;

interface Following {
  folder: string;
  progress: SearchProgress;
  done: Promise<IssuesSummary>;
}

/**
 * Looks for issues: one job a data set (`loupe issues`), which outlives the window and is found again by the next one. Progress shows in
 * the view and in every panel that listens.
 */
export class IssueSearch implements vscode.Disposable {
  private readonly processes: LoupeProcesses;
  private readonly following = new Map<string, Following>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** Progress of the search through a source; it may be over. */
  readonly onDidChange = this.changed.event;
  private readonly found = new vscode.EventEmitter<string>();
  /** A search came to its end: there are findings on the disk. */
  readonly onDidFind = this.found.event;
  private disposed = false;

  constructor(processes: LoupeProcesses) {
    this.processes = processes;
  }

  progressOf(source: string): SearchProgress | null {
    return this.following.get(source)?.progress ?? null;
  }

  /**
   * Starts a search, or joins the one under way.
   * @param settings where they differ from the defaults
   * @returns false: it was stopped
   * @throws Problem what went wrong
   */
  async find(source: string, settings: SearchChoice = {}): Promise<boolean> {
    requireTrust();
    const { done } = this.following.get(source) ?? this.start(source, settings);
    const { state, message, advice } = await done;
    if (state === 'done') return true;
    if (state === 'stopped' || state === 'cancelled') return false;
    throw new Problem(
      'search-failed',
      message ?? vscode.l10n.t('The search for issues in {0} ended early.', dataSetName(source)),
      advice ?? vscode.l10n.t('Look for issues again; what was computed is kept.'),
    );
  }

  /** Finds searches again that an earlier window has started. */
  resume(): void {
    for (const workspace of localFolders()) {
      for (const folder of listIssuesJobs(workspace).slice(-5)) {
        try {
          const { summary } = new IssuesTracker(folder).refreshWithEvents();
          if (isSearching(summary.state) && summary.state !== 'queued') this.follow(summary.source, folder);
        } catch {
          // A folder that is no search (any more) is none to follow.
        }
      }
    }
  }

  cancel(source: string): void {
    const found = this.following.get(source);
    if (found) requestStop(found.folder);
  }

  /** The searches go on; this window no longer follows them. */
  dispose(): void {
    this.disposed = true;
    this.changed.dispose();
    this.found.dispose();
  }

  private start(source: string, settings: SearchChoice): Following {
    const workspace = workspaceFolderFor(source);
    const scope = vscode.Uri.file(source);
    const tune = tunesIssues(scope);
    const folder = createIssuesJob({
      source,
      workspace,
      settings: {
        ...defaultIssuesSettings,
        kinds: [...findingKinds],
        thresholds: defaultThresholds,
        tune,
        ...settings,
      },
      engine: defaultEngine(scope),
    });
    const child = this.processes.startIssues(folder);
    let isGone = false;
    child.once('error', () => {
      isGone = true;
    });
    child.once('exit', () => {
      isGone = true;
    });
    return this.follow(source, folder, () => isGone);
  }

  /** @param isGone the process has ended; what it has not said by then it never will */
  private follow(source: string, folder: string, isGone: () => boolean = () => false): Following {
    const progress: SearchProgress = { text: vscode.l10n.t('Starting…'), share: null };
    const following = { folder, progress, done: this.watch(source, folder, progress, isGone) };
    this.following.set(source, following);
    // Whoever asked gets the reason; one that was found again has no one.
    following.done.catch(() => undefined);
    this.changed.fire(source);
    return following;
  }

  private async watch(
    source: string,
    folder: string,
    progress: SearchProgress,
    isGone: () => boolean,
  ): Promise<IssuesSummary> {
    const title = vscode.l10n.t('Finding issues in {0}', dataSetName(source));
    const options: vscode.ProgressOptions = { location: { viewId: views.dataSets }, title, cancellable: true };
    const summary = await vscode.window.withProgress<IssuesSummary>(options, async (report, token) => {
      token.onCancellationRequested(() => requestStop(folder));
      const tracker = new IssuesTracker(folder);
      for (;;) {
        const wasGone = isGone();
        const { summary: now, changed } = tracker.refreshWithEvents();
        if (!isSearching(now.state) || this.disposed) return now;
        if (wasGone) return { ...now, state: 'interrupted' };
        if (changed && now.progress) {
          Object.assign(progress, searchProgress(now.progress));
          report.report({ message: progress.text });
          this.changed.fire(source);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    });
    this.following.delete(source);
    if (this.disposed) return summary;
    this.changed.fire(source);
    if (summary.state === 'done') this.found.fire(source);
    return summary;
  }
}
