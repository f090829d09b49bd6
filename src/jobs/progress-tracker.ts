import type { JobEvent, StatusEvent } from '../protocol/events.ts';
import type { RunState } from '../protocol/runs.ts';
import { jobFiles } from './job.ts';
import { JobTracker } from './job-tracker.ts';
import type { LockState } from './lock.ts';
import { deriveState } from './status.ts';

export interface Standing {
  state: RunState;
  /** What the last status said, and what to do next. */
  message: string | null;
  advice: string | null;
  progress: { what: string; done: number; total: number | null } | null;
  hasReport: boolean;
}

/** A job that goes through steps to one report: its state, and how far the step under way is. */
export abstract class ProgressTracker<Summary> extends JobTracker<Summary> {
  #status: (StatusEvent & { t: number }) | null = null;
  #lastEventAt: number | null = null;
  #progress: Standing['progress'] = null;

  protected fold(event: JobEvent): void {
    this.#lastEventAt = event.t;
    if (event.kind === 'status') {
      this.#status = event;
      this.#progress = null;
    }
    if (event.kind === 'progress') this.#progress = { what: event.what, done: event.done, total: event.total };
  }

  protected clear(): void {
    this.#status = null;
    this.#lastEventAt = null;
    this.#progress = null;
  }

  protected standing(lock: LockState): Standing {
    const status = this.#status;
    return {
      state: deriveState({
        lastStatus: status && { state: status.state, t: status.t },
        lastEventAt: this.#lastEventAt,
        requestedAt: null,
        stopRequested: this.has(jobFiles.stop),
        lock,
      }),
      message: status?.message ?? null,
      advice: status?.advice ?? null,
      progress: this.#progress,
      hasReport: this.has(jobFiles.report),
    };
  }
}
