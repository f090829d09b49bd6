import { isActive } from '../../jobs/status.ts';
import type { RunState, RunSummary } from '../../protocol/runs.ts';
import type { RunToken } from '../ids.ts';

/** `vscode.l10n.t`, passed in so that these texts are tested in plain Node. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** 0–1 → `91.2%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** What the user most wants to know of a run: validation accuracy, else test, else training accuracy. */
export function keyMetric(run: RunSummary): number | null {
  return run.validationAccuracy ?? run.testAccuracy ?? run.accuracy;
}

/** The grey text beside a run's name. */
export function describeRun(run: RunSummary, t: Translate): string {
  const metric = keyMetric(run);
  const parts = [stateText(run, t), metric === null ? '' : percent(metric)];
  if (run.starred) parts.unshift('★');
  parts.push(...run.tags.map((tag) => `#${tag}`));
  return parts.filter(Boolean).join(' · ').replace('★ ·', '★');
}

function stateText(run: RunSummary, t: Translate): string {
  switch (run.state) {
    case 'queued':
      return t('queued');
    case 'starting':
      return t('starting');
    case 'running':
      return epochText(run, t);
    case 'stopping':
      return t('stopping');
    case 'done':
      return '';
    case 'stopped':
      return run.epoch > 0 ? t('stopped {0}/{1}', run.epoch, run.epochs) : t('stopped');
    case 'failed':
      return t('failed');
    case 'interrupted':
      return t('interrupted');
    case 'cancelled':
      return t('cancelled');
  }
}

/** `epoch 3/10`; before the first step: `preparing`. */
export function epochText(run: RunSummary, t: Translate): string {
  return run.epoch > 0 ? t('epoch {0}/{1}', run.epoch, run.epochs) : t('preparing');
}

export interface StateLook {
  /** Codicon. */
  icon: string;
  /** Theme colour, or null for the tree's own. */
  color: string | null;
}

const looks: Record<RunState, StateLook> = {
  queued: { icon: 'clock', color: 'descriptionForeground' },
  starting: { icon: 'loading~spin', color: 'charts.blue' },
  running: { icon: 'loading~spin', color: 'charts.blue' },
  stopping: { icon: 'loading~spin', color: 'charts.yellow' },
  done: { icon: 'pass', color: 'testing.iconPassed' },
  stopped: { icon: 'debug-pause', color: 'charts.yellow' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  interrupted: { icon: 'warning', color: 'list.warningForeground' },
  cancelled: { icon: 'circle-slash', color: 'disabledForeground' },
};

export function lookOf(state: RunState): StateLook {
  return looks[state];
}

export function canStop(run: RunSummary): boolean {
  return run.state === 'queued' || run.state === 'starting' || run.state === 'running';
}

/** It can go on from where it is; a cancelled run starts after all. */
export function canResume(run: RunSummary): boolean {
  if (run.state === 'cancelled') return true;
  return run.state === 'stopped' || run.state === 'failed' || run.state === 'interrupted';
}

/** More epochs can be added. */
export function canContinue(run: RunSummary): boolean {
  return run.state === 'done' && run.resumable;
}

/** For the `when` clauses of menus, see `runTokens`. */
export function tokensOf(run: RunSummary): RunToken[] {
  const tokens: RunToken[] = ['run'];
  if (canStop(run)) tokens.push('stoppable');
  if (canResume(run)) tokens.push('resumable');
  if (canContinue(run)) tokens.push('continuable');
  if (!isActive(run.state)) tokens.push('idle');
  if (run.hasModel) tokens.push('model');
  tokens.push(run.starred ? 'starred' : 'unstarred');
  return tokens;
}

/** `1 h 05 min`, `4 min 10 s`, `12 s`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}
