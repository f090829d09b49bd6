import fs from 'node:fs';
import path from 'node:path';
import type { JobEvent } from '../protocol/events.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { LineTail } from './event-tail.ts';
import { type Job, jobFiles, type RunMeta } from './job.ts';
import { type LockState, readLockState } from './lock.ts';
import { readJob, readMeta } from './read.ts';
import { parseEvent } from './read-events.ts';
import { EventFold, summarize } from './summary.ts';

/** Of the steps that one read brings, only the last ones decide a summary; the others need not be parsed for it. */
const PARSED_STEPS = 64;
const STEP_MARK = '"kind":"step"';
/** The mark stands behind the time, at the start of the line. */
const STEP_MARK_LIMIT = 40;

/**
 * One run's folder, read incrementally: files are read again only when their modification time or size changed, events
 * from where the last read ended.
 */
export class RunTracker {
  readonly folder: string;
  private readonly tail: LineTail;
  private fold = new EventFold();
  private job: Cached<Job>;
  private meta: Cached<RunMeta>;
  private last: { summary: RunSummary; key: string } | null = null;

  constructor(folder: string) {
    this.folder = path.resolve(folder);
    this.tail = new LineTail(path.join(this.folder, jobFiles.events));
    this.job = new Cached(path.join(this.folder, jobFiles.job), () => readJob(this.folder));
    this.meta = new Cached(path.join(this.folder, jobFiles.meta), () => readMeta(this.folder));
  }

  /**
   * Reads what is new.
   * @throws Problem of `readJob` where the folder is not a run (any more)
   */
  refresh(): { summary: RunSummary; changed: boolean } {
    return this.update((lines) => {
      for (const line of withoutOlderSteps(lines)) this.foldLine(line);
    }).result;
  }

  /** As `refresh`, with the new events themselves. `reset`: the events start again from nothing. */
  refreshWithEvents(): { summary: RunSummary; changed: boolean; events: JobEvent[]; reset: boolean } {
    const events: JobEvent[] = [];
    const { result, reset } = this.update((lines) => {
      for (const line of lines) {
        const event = this.foldLine(line);
        if (event) events.push(event);
      }
    });
    return { ...result, events, reset };
  }

  /** True while a process has the run or should soon: such a run is worth looking at often. */
  lockState(): LockState {
    return readLockState(this.folder);
  }

  private update(take: (lines: string[]) => void): {
    result: { summary: RunSummary; changed: boolean };
    reset: boolean;
  } {
    const { lock, reset } = this.readConsistently(take);
    const summary = summarize({
      folder: this.folder,
      job: this.job.read(),
      meta: this.meta.read(),
      fold: this.fold,
      stopRequested: this.has(jobFiles.stop),
      lock,
      resumable: this.has(jobFiles.lastState),
      hasModel: this.has(path.join(jobFiles.model, 'model.json')),
    });
    const key = JSON.stringify(summary);
    const changed = reset || key !== this.last?.key;
    if (changed) this.last = { summary, key };
    return { result: { summary: this.last?.summary ?? summary, changed }, reset };
  }

  /**
   * A lock that nobody holds and events read after it go together only if no process wrote in between; else a run that
   * has just begun, or just ended, would show as interrupted for a moment.
   */
  private readConsistently(take: (lines: string[]) => void): { lock: LockState; reset: boolean } {
    let reset = false;
    for (let attempt = 0; ; attempt++) {
      const lock = this.lockState();
      const read = this.tail.read();
      if (read.reset) {
        this.fold = new EventFold();
        reset = true;
      }
      take(read.lines);
      if (lock === 'live' || lock === 'other-host' || read.lines.length === 0 || attempt === 10) return { lock, reset };
    }
  }

  private foldLine(line: string): JobEvent | null {
    const event = parseEvent(line);
    if (event) this.fold.add(event);
    return event;
  }

  private has(name: string): boolean {
    return fs.existsSync(path.join(this.folder, name));
  }
}

/** A value read from a file, read again only when the file changed. */
class Cached<T> {
  private readonly file: string;
  private readonly load: () => T;
  private entry: { key: string; value: T } | null = null;

  constructor(file: string, load: () => T) {
    this.file = file;
    this.load = load;
  }

  read(): T {
    const stat = fs.statSync(this.file, { throwIfNoEntry: false });
    const key = stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'none';
    if (this.entry?.key !== key) this.entry = { key, value: this.load() };
    return this.entry.value;
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
