import path from 'node:path';
import * as vscode from 'vscode';
import { type FinderOrigin, readFinderJob } from '../../jobs/finder-job.ts';
import { readFinderSummary } from '../../jobs/finder-tracker.ts';
import { runFolders } from '../../jobs/list.ts';
import { changedSettings } from '../../jobs/setting-changes.ts';
import type { FinderSummary } from '../../protocol/lr-finder.ts';
import { findersFolderOf, localFolders } from '../workspace.ts';
import { configNow } from './finder-origin.ts';

export interface FoundRate {
  finder: FinderSummary;
  /** The config's settings are not those that the rate was looked for with. */
  stale: boolean;
  /** The config has the rate. */
  used: boolean;
}

/** The learning-rate finders of this workspace, by what they are for. What a finder is for never changes, so it is read once. */
export class FinderIndex implements vscode.Disposable {
  private readonly origins = new Map<string, FinderOrigin | null>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** A finder was started or ended, or a rate was taken. */
  readonly onDidChange = this.changed.event;

  announce(): void {
    this.changed.fire();
  }

  /** All finders, newest first. */
  all(): string[] {
    return localFolders()
      .flatMap((root) => runFolders(findersFolderOf(root)))
      .sort((a, b) => (path.basename(a) < path.basename(b) ? 1 : -1));
  }

  /** What the newest finder for a config found; null: none was made. */
  newestFor(file: string): FoundRate | null {
    const folder = this.all().find((one) => this.originOf(one)?.path === file);
    if (folder === undefined) return null;
    try {
      const finder = readFinderSummary(folder);
      const now = configNow(file);
      const rate = finder.verdict?.usable ? finder.verdict.rate : null;
      return {
        finder,
        stale: now !== null && changedSettings(readFinderJob(folder).config, now).length > 0,
        used: rate !== null && now?.training.learningRate === rate,
      };
    } catch {
      return null;
    }
  }

  dispose(): void {
    this.changed.dispose();
  }

  private originOf(folder: string): FinderOrigin | null {
    const known = this.origins.get(folder);
    if (known !== undefined) return known;
    let origin: FinderOrigin | null = null;
    try {
      origin = readFinderJob(folder).origin;
    } catch {
      // A folder that can't be read is for nothing.
    }
    this.origins.set(folder, origin);
    return origin;
  }
}
