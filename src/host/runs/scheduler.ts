import * as vscode from 'vscode';
import { readSummary } from '../../jobs/list.ts';
import { isRunFolder } from '../../jobs/read.ts';
import { Problem } from '../../problem.ts';
import { settings } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import { parallelRuns } from '../settings.ts';
import { showError } from '../show-error.ts';
import { FOREIGN_GRACE_MS, runsToStart } from './queue.ts';
import type { RunStore } from './run-store.ts';

/** Starts queued runs as places come free. What is queued is read from disk; only what is being started is kept here. */
export class RunScheduler implements vscode.Disposable {
  private readonly store: RunStore;
  private readonly processes: LoupeProcesses;
  private readonly log: vscode.LogOutputChannel;
  private readonly launched = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly own = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(store: RunStore, processes: LoupeProcesses, log: vscode.LogOutputChannel) {
    this.store = store;
    this.processes = processes;
    this.log = log;
    this.subscriptions = [
      store.onDidChange(() => this.schedule()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.schedule()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settings.parallelRuns)) this.schedule();
      }),
    ];
  }

  /** A run that this window has just put into the queue. */
  enqueue(folder: string): void {
    this.own.add(folder);
    this.refused.delete(folder);
    this.store.refresh();
    this.schedule();
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private schedule(): void {
    if (!vscode.workspace.isTrusted) return;
    const runs = this.store.all();
    const { launched, refused, own } = this;
    const folders = runsToStart(runs, { parallel: parallelRuns(), launched, refused, own, now: Date.now() });
    for (const folder of folders) this.start(folder);
    clearTimeout(this.timer);
    if (runs.some((run) => run.state === 'queued')) this.timer = setTimeout(() => this.schedule(), FOREIGN_GRACE_MS);
  }

  private start(folder: string): void {
    this.launched.add(folder);
    this.own.delete(folder);
    try {
      const child = this.processes.startTraining(folder);
      this.log.info(`process ${child.pid ?? '?'} trains ${folder}`);
      child.once('error', (error) => this.ended(folder, String(error)));
      child.once('exit', (code, signal) => this.ended(folder, `exit ${code ?? signal}`));
    } catch (error) {
      this.ended(folder, String(error));
    }
  }

  /** A process that ends without a word in its run's folder leaves the run queued: say so, once, and leave it alone. */
  private ended(folder: string, how: string): void {
    this.launched.delete(folder);
    this.log.info(`process of ${folder}: ${how}`);
    this.store.refresh();
    // From disk: what the store knows may be older than a run that took half a second.
    const run = isRunFolder(folder) ? readSummary(folder) : undefined;
    if (run?.state === 'queued') {
      this.refused.add(folder);
      const message = vscode.l10n.t('{0} could not be started: {1}.', run.name, how);
      void showError(new Problem('not-started', message, vscode.l10n.t('See its log, then resume it.')), this.log);
    }
    this.schedule();
  }
}
