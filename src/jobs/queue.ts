import type { RunSummary } from '../protocol/runs.ts';
import { isActive } from './status.ts';

/**
 * Which queued runs start now, oldest first, so that at most `limit` run at once.
 * @param starting folders whose process was spawned and has not taken its lock yet: active, whatever their state says
 */
export function nextToStart(
  runs: readonly RunSummary[],
  limit: number,
  starting: ReadonlySet<string> = new Set(),
): RunSummary[] {
  const active = runs.filter((run) => isActive(run.state) || starting.has(run.folder)).length;
  return runs
    .filter((run) => run.state === 'queued' && !starting.has(run.folder))
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    .slice(0, Math.max(0, limit - active));
}
