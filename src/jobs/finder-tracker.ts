import path from 'node:path';
import type { JobEvent, StatusEvent } from '../protocol/events.ts';
import type { FinderSummary, LrPointEvent, LrVerdictEvent } from '../protocol/lr-finder.ts';
import { CachedFile } from './cached-file.ts';
import { type FinderJob, readFinderJob } from './finder-job.ts';
import type { JobKind } from './follow.ts';
import { jobFiles } from './job.ts';
import { JobTracker } from './job-tracker.ts';
import type { LockState } from './lock.ts';
import { deriveState } from './status.ts';

interface Folded {
  lastEventAt: number | null;
  lastStatus: (StatusEvent & { t: number }) | null;
  lastPoint: LrPointEvent | null;
  /** Of sweeps that are over. */
  finished: { sweeps: number; points: number };
  verdict: LrVerdictEvent | null;
}

const nothing: Folded = {
  lastEventAt: null,
  lastStatus: null,
  lastPoint: null,
  finished: { sweeps: 0, points: 0 },
  verdict: null,
};

/** One finder's folder, read incrementally; see `JobTracker`. */
export class FinderTracker extends JobTracker<FinderSummary> {
  private folded = nothing;
  private readonly job: CachedFile<FinderJob>;

  constructor(folder: string) {
    super(folder);
    this.job = new CachedFile(path.join(this.folder, jobFiles.job), () => readFinderJob(this.folder));
  }

  protected fold(event: JobEvent): void {
    this.folded = { ...this.folded, lastEventAt: event.t };
    if (event.kind === 'status') this.folded.lastStatus = event;
    if (event.kind === 'lr-point') this.folded.lastPoint = event;
    if (event.kind === 'lr-verdict') this.folded.verdict = event;
    if (event.kind === 'lr-sweep') {
      const { finished, lastPoint } = this.folded;
      const points = finished.points + (lastPoint?.sweep === event.sweep ? lastPoint.iteration + 1 : 0);
      this.folded.finished = { sweeps: event.sweep + 1, points };
    }
  }

  protected clear(): void {
    this.folded = nothing;
  }

  protected summarize(lock: LockState): FinderSummary {
    const job = this.job.read();
    const { lastEventAt, lastStatus, lastPoint, finished, verdict } = this.folded;
    const facts = { lastStatus, lastEventAt, requestedAt: null, stopRequested: this.has(jobFiles.stop), lock };
    const running = lastPoint && lastPoint.sweep >= finished.sweeps ? lastPoint.iteration + 1 : 0;
    const state = deriveState(facts);
    return {
      id: job.id,
      folder: this.folder,
      name: job.config.name || job.config.model.architecture,
      state,
      message: state === 'failed' ? (lastStatus?.message ?? null) : null,
      advice: state === 'failed' ? (lastStatus?.advice ?? null) : null,
      createdAt: Date.parse(job.createdAt) || 0,
      origin: job.origin,
      sweep: job.sweep,
      done: finished.points + running,
      // A sweep that ended early takes what was left of it out of the sum.
      total: finished.points + (job.sweep.seeds - finished.sweeps) * job.sweep.steps,
      current: lastPoint ? lastPoint.sweep + 1 : 0,
      rate: lastPoint?.rate ?? null,
      loss: lastPoint?.smoothed ?? null,
      verdict: verdict?.verdict ?? null,
      suggestions: verdict?.suggestions ?? {},
    };
  }
}

/** For `followJob`. */
export function finderKind(folder: string): JobKind<FinderSummary> {
  return { makeTracker: () => new FinderTracker(folder), goneCode: 'not-a-finder' };
}

/** @throws Problem `not-a-finder`, `bad-job`, `newer-job` */
export function readFinderSummary(folder: string): FinderSummary {
  return new FinderTracker(folder).refreshWithEvents().summary;
}
