import { nextToStart } from '../../jobs/queue.ts';
import type { RunSummary } from '../../protocol/runs.ts';

export interface QueueRules {
  /** How many may run at once. */
  parallel: number;
  /** Folders whose process this window has started but that don't show on disk yet. */
  launched: ReadonlySet<string>;
  /** Folders whose process ended without a word: not tried again until the user asks. */
  refused: ReadonlySet<string>;
  /** Folders of runs that this window queued: started without delay. */
  own: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Whoever else queued a run (a terminal, another window) is about to start it too: give it this long. Should both start
 * it, the run's lock lets one of them through.
 */
export const FOREIGN_GRACE_MS = 5000;

/** Folders to start now, oldest first. Derived from disk, so that every window comes to the same answer. */
export function runsToStart(runs: readonly RunSummary[], rules: QueueRules): string[] {
  const young = (run: RunSummary) => !rules.own.has(run.folder) && rules.now - run.createdAt < FOREIGN_GRACE_MS;
  const startable = runs.filter((run) => run.state !== 'queued' || (!rules.refused.has(run.folder) && !young(run)));
  return nextToStart(startable, rules.parallel, rules.launched).map((run) => run.folder);
}
