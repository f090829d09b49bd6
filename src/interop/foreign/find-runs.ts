import fs from 'node:fs';
import path from 'node:path';
import { csvLogs, readCsvLog } from './csv-log.ts';
import { isDvc, readDvc } from './dvc.ts';
import type { ForeignRun } from './foreign-run.ts';
import { isMlflow, readMlflow } from './mlflow.ts';
import { isTensorBoard, readTensorBoard, runOfEvents } from './tensorboard.ts';

const MAX_DEPTH = 6;
const MAX_FOLDERS = 5000;
const passedOver = new Set(['node_modules', '.git', '.loupe', 'artifacts', '.trash', '__pycache__', 'checkpoints']);

export interface ForeignRuns {
  runs: ForeignRun[];
  /** What looked like a run and could not be read. */
  unreadable: { path: string; message: string }[];
  /** Newest modification time that was seen, milliseconds since 1970: unchanged means nothing to read again. */
  stamp: number;
}

/**
 * Every run of another tool in a folder, a file, or below: TensorBoard event files, MLflow runs, CSV logs of Keras and Lightning, DVC
 * metrics. Nothing is written, links are not followed.
 */
export async function findForeignRuns(root: string): Promise<ForeignRuns> {
  const found: ForeignRuns = { runs: [], unreadable: [], stamp: 0 };
  const stat = fs.statSync(root, { throwIfNoEntry: false });
  if (stat?.isFile()) readFolder(path.dirname(root), [path.basename(root)], root, found, new Set());
  if (!stat?.isDirectory()) return found;
  const done = new Set<string>();
  const queue = [{ folder: path.resolve(root), depth: 0 }];
  for (let seen = 0; queue.length > 0 && seen < MAX_FOLDERS; seen++) {
    const { folder, depth } = queue.shift() as (typeof queue)[0];
    const entries = entriesOf(folder);
    const names = entries.map(({ name }) => name);
    const isWhole = readFolder(folder, names, root, found, done);
    if (isWhole || depth === MAX_DEPTH) continue;
    for (const entry of entries) {
      if (entry.isDirectory() && !passedOver.has(entry.name))
        queue.push({ folder: path.join(folder, entry.name), depth: depth + 1 });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}

/** Reads what a folder holds. @returns true where nothing below it can be a run of its own */
function readFolder(
  folder: string,
  names: readonly string[],
  root: string,
  found: ForeignRuns,
  done: Set<string>,
): boolean {
  const read = (where: string, make: () => ForeignRun) => {
    if (done.has(where)) return;
    done.add(where);
    try {
      const run = make();
      if (Object.keys(run.curves).length > 0) found.runs.push(run);
    } catch (error) {
      found.unreadable.push({ path: where, message: error instanceof Error ? error.message : String(error) });
    }
  };
  const nameOf = (where: string) => {
    const below = path.relative(root, where).replaceAll(path.sep, '/');
    return below === '' || below.startsWith('..') ? path.basename(where) : below;
  };
  found.stamp = Math.max(found.stamp, ...names.map((name) => modified(path.join(folder, name))));
  if (isMlflow(names)) {
    read(folder, () => readMlflow(folder));
    return true;
  }
  if (isDvc(names)) {
    read(folder, () => readDvc(folder, nameOf(folder)));
    return true;
  }
  const logs = csvLogs(folder, names);
  for (const file of logs)
    read(path.join(folder, file), () => readCsvLog(folder, file, csvName(folder, file, logs.length, nameOf)));
  if (isTensorBoard(names)) {
    const run = runOfEvents(folder);
    read(run, () => readTensorBoard(run, nameOf(run)));
  }
  return false;
}

/** A log that is alone is called after its folder where its own name says nothing. */
function csvName(folder: string, file: string, logs: number, nameOf: (where: string) => string): string {
  const stem = path.basename(file).replace(/\.\w+$/, '');
  return logs === 1 && /^(metrics|log|logs|history|training)$/i.test(stem)
    ? nameOf(folder)
    : nameOf(path.join(folder, stem));
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function modified(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
