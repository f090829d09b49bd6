import fs from 'node:fs';
import path from 'node:path';
import { type JournalOverlay, readOverlay, workspaceOfJob } from '../dataset/journal/overlay.ts';
import { writeJson } from '../files.ts';
import { errnoOf, fsProblem } from '../jobs/fs-problem.ts';
import { type Job, jobFiles } from '../jobs/job.ts';
import { isRecord } from '../jobs/record.ts';
import { Problem } from '../problem.ts';

/** What the label journal says now about the data of a job; null: no journal, nothing decided, or the config does without. */
export function currentDecisions(folder: string, job: Pick<Job, 'config' | 'base'>): JournalOverlay | null {
  const { source, journal } = job.config.data;
  if (!journal) return null;
  return readOverlay(path.resolve(job.base, source), workspaceOfJob(folder));
}

/** What it said when the run was split: a run goes by that to its end. Null: it said nothing. @throws Problem `bad-decisions` */
export function readRunDecisions(folder: string): JournalOverlay | null {
  const file = path.join(folder, jobFiles.decisions);
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (!isRecord(value) || !Array.isArray(value.decisions)) throw new Error('it holds no decisions');
    return value as unknown as JournalOverlay;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw new Problem(
      'bad-decisions',
      `${file} is damaged: ${error instanceof Error ? error.message : String(error)}.`,
      'Duplicate the run: the copy takes the label edits as they are now.',
      { cause: error },
    );
  }
}

/** Keeps it for a resume. @throws Problem `disk-full`, `no-permission`, `folder-missing` */
export function writeRunDecisions(folder: string, overlay: JournalOverlay | null): void {
  const file = path.join(folder, jobFiles.decisions);
  try {
    if (overlay && overlay.decisions.length > 0) writeJson(file, overlay);
    else fs.rmSync(file, { force: true });
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}
