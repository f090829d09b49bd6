import fs from 'node:fs';
import path from 'node:path';
import type { JobEvent } from '../protocol/events.ts';
import { LineTail } from './event-tail.ts';
import { jobFiles } from './job.ts';
import { type LockState, readLockState } from './lock.ts';
import { parseEvent } from './read-events.ts';

export interface Tracked<Summary> {
  summary: Summary;
  changed: boolean;
}

/** A job's folder, read incrementally: events from where the last read ended, folded into a summary of one kind of job. */
export abstract class JobTracker<Summary> {
  readonly folder: string;
  private readonly tail: LineTail;
  private last: { summary: Summary; key: string } | null = null;

  constructor(folder: string) {
    this.folder = path.resolve(folder);
    this.tail = new LineTail(path.join(this.folder, jobFiles.events));
  }

  /**
   * Reads what is new, with the new events themselves. `reset`: the events start again from nothing.
   * @throws Problem where the folder is not a job of this kind (any more)
   */
  refreshWithEvents(): Tracked<Summary> & { events: JobEvent[]; reset: boolean } {
    const events: JobEvent[] = [];
    const { result, reset } = this.update((lines) => {
      for (const line of lines) {
        const event = this.foldLine(line);
        if (event) events.push(event);
      }
    });
    return { ...result, events, reset };
  }

  /** True while a process has the job or should soon: such a job is worth looking at often. */
  lockState(): LockState {
    return readLockState(this.folder);
  }

  /** Takes one event in. */
  protected abstract fold(event: JobEvent): void;
  /** Forgets all events. */
  protected abstract clear(): void;
  protected abstract summarize(lock: LockState): Summary;

  protected update(take: (lines: string[]) => void): { result: Tracked<Summary>; reset: boolean } {
    const { lock, reset } = this.readConsistently(take);
    const summary = this.summarize(lock);
    const key = JSON.stringify(summary);
    const changed = reset || key !== this.last?.key;
    if (changed) this.last = { summary, key };
    return { result: { summary: this.last?.summary ?? summary, changed }, reset };
  }

  protected foldLine(line: string): JobEvent | null {
    const event = parseEvent(line);
    if (event) this.fold(event);
    return event;
  }

  protected has(name: string): boolean {
    return fs.existsSync(path.join(this.folder, name));
  }

  /**
   * A lock that nobody holds and events read after it go together only if no process wrote in between; else a job that
   * has just begun, or just ended, would show as interrupted for a moment.
   */
  private readConsistently(take: (lines: string[]) => void): { lock: LockState; reset: boolean } {
    let reset = false;
    for (let attempt = 0; ; attempt++) {
      const lock = this.lockState();
      const read = this.tail.read();
      if (read.reset) {
        this.clear();
        reset = true;
      }
      take(read.lines);
      if (lock === 'live' || lock === 'other-host' || read.lines.length === 0 || attempt === 10) return { lock, reset };
    }
  }
}
