import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { RunSummary } from '../protocol/runs.ts';
import type { Follower, FollowOptions } from './follow.ts';
import type { RunList } from './list.ts';
import { startPulse } from './pulse.ts';
import { isActive } from './status.ts';
import { RunTracker } from './tracker.ts';

/** Two changes within one tick of a file system's clock (2 s on FAT) have one time: a folder is quiet only after that. */
const SETTLED_MS = 3000;
const BREATHE_MS = 10;

/**
 * Follows all runs of a folder, which need not exist yet. `listener` is called with the whole list, oldest first, once at
 * the start and on every change. A run that is not at work costs one `stat` a look: whatever happens to it changes the
 * modification time of its folder first (the lock, `meta.json`, the stop file).
 */
export function followRuns(
  runsFolder: string,
  listener: (list: RunList) => void,
  options: FollowOptions = {},
): Follower {
  const entries = new Map<string, Entry>();
  let looking = false;
  let again = false;
  let closed = false;
  let told = false;

  const look = async (): Promise<void> => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    let changed = false;
    let breathedAt = Date.now();
    const folders = new Set(childrenOf(runsFolder));
    for (const folder of [...entries.keys()].filter((known) => !folders.has(known))) {
      changed = entries.get(folder)?.shown !== null || changed;
      entries.delete(folder);
    }
    for (const folder of folders) {
      const entry = entries.get(folder) ?? new Entry(folder);
      entries.set(folder, entry);
      if (entry.look()) changed = true;
      if (Date.now() - breathedAt > BREATHE_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        breathedAt = Date.now();
      }
      if (closed) return;
    }
    looking = false;
    if (changed || !told) listener(toList(entries.values()));
    told = true;
    if (again) {
      again = false;
      pulse.nudge();
    }
  };
  const pulse = startPulse(runsFolder, () => void look(), options.pollMs ?? 1000, options.watch);
  return {
    refresh: () => {
      for (const entry of entries.values()) entry.distrust();
      pulse.nudge();
    },
    close() {
      closed = true;
      pulse.close();
    },
  };
}

/** A folder in the runs folder: a run, an unreadable run, or something else. */
class Entry {
  readonly folder: string;
  /** null: not a run. */
  shown: { summary: RunSummary } | { message: string } | null = null;
  private tracker: RunTracker;
  private quietSince: number | null = null;

  constructor(folder: string) {
    this.folder = folder;
    this.tracker = new RunTracker(folder);
  }

  distrust(): void {
    this.quietSince = null;
  }

  /** Returns whether what is shown of it changed. */
  look(): boolean {
    const modified = fs.statSync(this.folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (modified === this.quietSince) return false;
    const before = this.shown;
    let changed = true;
    try {
      const result = this.tracker.refresh();
      this.shown = { summary: result.summary };
      changed = result.changed || before === null || !('summary' in before);
    } catch (error) {
      const message = error instanceof Problem && error.code === 'not-a-run' ? null : String(error);
      this.shown = message === null ? null : { message };
      this.tracker = new RunTracker(this.folder);
      changed = before !== null && 'message' in before ? before.message !== message : before !== this.shown;
    }
    const busy = this.shown !== null && 'summary' in this.shown && isActive(this.shown.summary.state);
    const settled = Math.abs(Date.now() - modified) > SETTLED_MS;
    this.quietSince = settled && !busy ? modified : null;
    return changed;
  }
}

function toList(entries: Iterable<Entry>): RunList {
  const list: RunList = { runs: [], unreadable: [] };
  for (const { folder, shown } of entries) {
    if (shown === null) continue;
    if ('summary' in shown) list.runs.push(shown.summary);
    else list.unreadable.push({ folder, message: shown.message });
  }
  list.runs.sort((a, b) => (a.folder < b.folder ? -1 : 1));
  return list;
}

function childrenOf(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => path.join(path.resolve(folder), entry.name));
  } catch {
    return [];
  }
}
