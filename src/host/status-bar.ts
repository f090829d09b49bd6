import * as vscode from 'vscode';
import { isActive } from '../jobs/status.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { commands } from './ids.ts';
import { runTooltip } from './runs/run-item.ts';
import type { RunStore } from './runs/run-store.ts';
import { epochText, keyMetric, percent } from './runs/run-text.ts';

const ENDED_SHOWN_MS = 60_000;

/** The one status-bar item: a spinner with progress while a run goes on, its result for a minute after, else hidden. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('loupe.runs', vscode.StatusBarAlignment.Left, 10);
  private readonly store: RunStore;
  private readonly subscriptions: vscode.Disposable[];
  private ended: RunSummary | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(store: RunStore) {
    this.store = store;
    this.item.name = 'Loupe';
    this.subscriptions = [
      store.onDidChange(() => this.update()),
      store.onDidEnd((run) => {
        this.ended = run;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => {
          this.ended = null;
          this.update();
        }, ENDED_SHOWN_MS);
        this.update();
      }),
    ];
    this.update();
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.item.dispose();
  }

  private update(): void {
    const live = this.store.all().filter((run) => isActive(run.state));
    const queued = this.store.all().filter((run) => run.state === 'queued');
    const shown = live[0] ?? queued[0] ?? this.ended;
    if (!shown) {
      this.item.hide();
      return;
    }
    this.item.text = live.length || queued.length ? activeText(live, queued) : endedText(shown);
    this.item.tooltip = runTooltip(shown);
    this.item.command = { command: commands.openRun, title: vscode.l10n.t('Open Run'), arguments: [shown.folder] };
    this.item.show();
  }
}

function activeText(live: readonly RunSummary[], queued: readonly RunSummary[]): string {
  const waiting = queued.length ? ` +${queued.length}` : '';
  const [first] = live;
  if (!first) return `$(clock) Loupe${waiting}`;
  if (live.length > 1) return `$(loading~spin) ${vscode.l10n.t('{0} runs', live.length)}${waiting}`;
  const metric = keyMetric(first);
  const progress = [epochText(first, vscode.l10n.t), metric === null ? '' : percent(metric)]
    .filter(Boolean)
    .join(' · ');
  return `$(loading~spin) Loupe: ${progress}${waiting}`;
}

function endedText(run: RunSummary): string {
  if (run.state === 'failed' || run.state === 'interrupted') return `$(error) Loupe: ${vscode.l10n.t('failed')}`;
  const metric = keyMetric(run);
  return `$(check) Loupe: ${metric === null ? vscode.l10n.t('done') : percent(metric)}`;
}
