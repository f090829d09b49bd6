import path from 'node:path';
import type { JobEvent } from '../protocol/events.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { CachedFile } from './cached-file.ts';
import { type Job, jobFiles, type RunMeta } from './job.ts';
import { JobTracker, type Tracked } from './job-tracker.ts';
import type { LockState } from './lock.ts';
import { readJob, readMeta } from './read.ts';
import { EventFold, summarize } from './summary.ts';

/** Of the steps that one read brings, only the last ones decide a summary; the others need not be parsed for it. */
const PARSED_STEPS = 64;
const STEP_MARK = '"kind":"step"';
/** The mark stands behind the time, at the start of the line. */
const STEP_MARK_LIMIT = 40;

/** One run's folder, read incrementally; see `JobTracker`. */
export class RunTracker extends JobTracker<RunSummary> {
  private events = new EventFold();
  private job: CachedFile<Job>;
  private meta: CachedFile<RunMeta>;

  constructor(folder: string) {
    super(folder);
    this.job = new CachedFile(path.join(this.folder, jobFiles.job), () => readJob(this.folder));
    this.meta = new CachedFile(path.join(this.folder, jobFiles.meta), () => readMeta(this.folder));
  }

  /**
   * Reads what is new.
   * @throws Problem of `readJob` where the folder is not a run (any more)
   */
  refresh(): Tracked<RunSummary> {
    return this.update((lines) => {
      for (const line of withoutOlderSteps(lines)) this.foldLine(line);
    }).result;
  }

  protected fold(event: JobEvent): void {
    this.events.add(event);
  }

  protected clear(): void {
    this.events = new EventFold();
  }

  protected summarize(lock: LockState): RunSummary {
    return summarize({
      folder: this.folder,
      job: this.job.read(),
      meta: this.meta.read(),
      fold: this.events,
      stopRequested: this.has(jobFiles.stop),
      lock,
      resumable: this.has(jobFiles.lastState),
      hasModel: this.has(path.join(jobFiles.model, 'model.json')),
    });
  }
}

function isStepLine(line: string): boolean {
  const at = line.indexOf(STEP_MARK);
  return at >= 0 && at < STEP_MARK_LIMIT;
}

/** Leaves out all but the last step lines, and none where a resume may need them. */
function withoutOlderSteps(lines: string[]): string[] {
  if (lines.length <= PARSED_STEPS) return lines;
  let steps = 0;
  const kept: string[] = [];
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] as string;
    if (isStepLine(line) && ++steps > PARSED_STEPS) continue;
    kept.push(line);
  }
  return kept.reverse();
}
