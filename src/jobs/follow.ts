import { Problem } from '../problem.ts';
import type { JobEvent } from '../protocol/events.ts';
import type { RunSummary } from '../protocol/runs.ts';
import type { JobTracker } from './job-tracker.ts';
import { type Pulse, startPulse } from './pulse.ts';
import { RunTracker } from './tracker.ts';

export interface JobUpdate<Summary> {
  summary: Summary;
  /** New ones since the last update, as written: a `resume` among them supersedes earlier ones (read-events.ts). */
  events: JobEvent[];
  /** What earlier updates brought is void; `events` are all there are. True for the first update. */
  reset: boolean;
}

export type RunUpdate = JobUpdate<RunSummary>;

export interface JobListener<Summary> {
  /** First with everything there is, then on every change, also of name, lock or stop file. */
  update(update: JobUpdate<Summary>): void;
  /** The folder is gone. If it comes back, `update` follows with `reset`. */
  removed?(): void;
  /** The folder is there and can't be read; told once for each message. */
  failed?(problem: unknown): void;
}

export type RunListener = JobListener<RunSummary>;

export interface Follower {
  /** Looks now rather than at the next poll. */
  refresh(): void;
  /** Nothing is called after this returns. */
  close(): void;
}

export interface FollowOptions {
  /** Milliseconds between looks; changes are usually seen sooner. */
  pollMs?: number;
  /** False: polling only. */
  watch?: boolean;
}

/** Follows one run, which need not exist yet, until closed. */
export function followRun(folder: string, listener: RunListener, options: FollowOptions = {}): Follower {
  return followJob(folder, { makeTracker: () => new RunTracker(folder), goneCode: 'not-a-run' }, listener, options);
}

/** How a kind of job is read. */
export interface JobKind<Summary> {
  makeTracker(): JobTracker<Summary>;
  /** Code of the Problem that its tracker throws where the folder is no such job. */
  goneCode: string;
}

/** Follows one job of any kind, which need not exist yet, until closed. */
export function followJob<Summary>(
  folder: string,
  kind: JobKind<Summary>,
  listener: JobListener<Summary>,
  options: FollowOptions = {},
): Follower {
  let tracker: JobTracker<Summary> | null = null;
  let lastFailure = '';
  let closed = false;

  const look = () => {
    if (closed) return;
    const isNew = tracker === null;
    try {
      const current = tracker ?? kind.makeTracker();
      const { summary, changed, events, reset } = current.refreshWithEvents();
      tracker = current;
      lastFailure = '';
      if (isNew || changed || events.length > 0) listener.update({ summary, events, reset: reset || isNew });
    } catch (error) {
      tracker = null;
      if (error instanceof Problem && error.code === kind.goneCode) {
        if (!isNew) listener.removed?.();
        return;
      }
      const message = String(error);
      if (message !== lastFailure) listener.failed?.(error);
      lastFailure = message;
    }
  };
  const pulse: Pulse = startPulse(folder, look, options.pollMs ?? 500, options.watch);
  return {
    refresh: () => pulse.nudge(),
    close() {
      closed = true;
      pulse.close();
    },
  };
}
