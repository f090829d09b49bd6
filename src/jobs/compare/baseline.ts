import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../../files.ts';
import type { ComparedRun } from '../../protocol/compare.ts';
import { fsProblem } from '../fs-problem.ts';
import { isRecord } from '../record.ts';

/** In `.loupe`, so that a team can commit it: which run the others are measured against. */
const FILE = 'compare.json';

/** Name of the pinned run's folder; null where none is pinned. @param loupeFolder `<workspace>/.loupe` */
export function readBaseline(loupeFolder: string): string | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(loupeFolder, FILE), 'utf8'));
    return isRecord(value) && typeof value.baseline === 'string' ? value.baseline : null;
  } catch {
    return null;
  }
}

/** @param id name of the run's folder; null unpins. @throws Problem `disk-full`, `no-permission`, `folder-missing` */
export function pinBaseline(loupeFolder: string, id: string | null): void {
  const file = path.join(loupeFolder, FILE);
  try {
    if (id === null) fs.rmSync(file, { force: true });
    else writeJson(file, { baseline: id });
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

/** `<workspace>/.loupe` of a run folder in `<workspace>/.loupe/runs`. */
export function loupeFolderOf(runFolder: string): string {
  return path.dirname(path.dirname(runFolder));
}

/** The pinned run where it is among the runs, else the oldest of ours: something has to be first. */
export function chooseBaseline(runs: readonly ComparedRun[], pinned: ReadonlySet<string>): ComparedRun | undefined {
  const ours = runs.filter(({ foreign }) => foreign === null);
  const oldest = ours.reduce<ComparedRun | undefined>(
    (first, run) => (first === undefined || run.createdAt < first.createdAt ? run : first),
    undefined,
  );
  return ours.find(({ id }) => pinned.has(id)) ?? oldest;
}
