import fs from 'node:fs';
import path from 'node:path';
import type { RunSummary } from '../protocol/runs.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { isRunFolder } from './read.ts';
import { RunTracker } from './tracker.ts';

/** @throws Problem `not-a-run`, `bad-job`, `newer-job` */
export function readSummary(folder: string): RunSummary {
  return new RunTracker(folder).refresh().summary;
}

export interface RunList {
  runs: RunSummary[];
  /** Folders that look like runs and can't be read. */
  unreadable: { folder: string; message: string }[];
}

/** All runs of a folder, oldest first. A missing folder has none; the event loop breathes between runs. */
export async function listRuns(runsFolder: string): Promise<RunList> {
  const list: RunList = { runs: [], unreadable: [] };
  let breathedAt = Date.now();
  for (const folder of runFolders(runsFolder)) {
    try {
      list.runs.push(readSummary(folder));
    } catch (error) {
      list.unreadable.push({ folder, message: error instanceof Error ? error.message : String(error) });
    }
    if (Date.now() - breathedAt > 10) {
      await new Promise((resolve) => setImmediate(resolve));
      breathedAt = Date.now();
    }
  }
  return list;
}

/** Folders of `runsFolder` with a `job.json`, sorted by name, which is by time of creation. */
export function runFolders(runsFolder: string): string[] {
  try {
    return fs
      .readdirSync(runsFolder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => path.join(path.resolve(runsFolder), entry.name))
      .filter(isRunFolder)
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw fsProblem(error, 'list', runsFolder);
  }
}
