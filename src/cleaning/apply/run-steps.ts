import fs from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../../files.ts';
import { errnoOf, fsProblem } from '../../jobs/fs-problem.ts';
import { Problem } from '../../problem.ts';
import type { ApplyPlan, ApplyStep, RewriteStep, StepRecord, TrashedFile, TrashStep } from '../../protocol/apply.ts';
import { fileHash } from './file-hash.ts';
import { moveFile } from './move-file.ts';
import { appliedFiles, StepLog } from './step-log.ts';
import { trashPlace } from './trash/trash.ts';

export interface StepOptions {
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Carries out the steps of a plan that were not carried out yet, each on its own: one that can't be is written down as refused, and the
 * others go on. Whenever the process dies, the same call finishes the work.
 * @param folder `.loupe/applied/<id>`
 * @throws the signal's reason when aborted; Problem where not even the log can be written
 */
export async function runSteps(
  folder: string,
  plan: ApplyPlan,
  { onProgress, signal }: StepOptions = {},
): Promise<StepRecord[]> {
  const log = new StepLog(folder, appliedFiles.steps);
  for (const [at, step] of plan.steps.entries()) {
    if (at % 20 === 0) await new Promise(setImmediate);
    signal?.throwIfAborted();
    const before = log.of(at);
    if (before === undefined || before.state === 'begin') {
      try {
        const trashed = runStep(step, { folder, plan, log, at, before });
        log.add({ step: at, state: 'done', ...(trashed && { trashed }) });
      } catch (error) {
        log.add({ step: at, state: 'refused', ...reasonOf(error, step.path) });
      }
    }
    onProgress?.(at + 1, plan.steps.length);
  }
  removeEmptyFolders(plan, log);
  return log.all();
}

interface Context {
  folder: string;
  plan: ApplyPlan;
  log: StepLog;
  at: number;
  before: StepRecord | undefined;
}

function runStep(step: ApplyStep, context: Context): TrashedFile | null {
  const { plan, log, at, before } = context;
  const file = path.resolve(plan.root, step.path);
  switch (step.kind) {
    case 'move':
      if (!before) log.add({ step: at, state: 'begin' });
      moveFile(file, path.resolve(plan.root, step.to), step.hash, before !== undefined);
      return null;
    case 'trash':
      return throwAway(file, step, context);
    case 'rewrite':
      if (!before) log.add({ step: at, state: 'begin' });
      rewrite(file, step, context);
      return null;
  }
}

/** The place is written down before it is used, and the note before the file is moved: a trash shows no file without one. */
function throwAway(file: string, { hash }: TrashStep, { log, at, before }: Context): TrashedFile {
  if (before?.trashed && fileHash(file) === null) {
    moveFile(file, before.trashed.file, hash, true);
    return before.trashed;
  }
  if (fileHash(file) === null) throw new Problem('missing', `${file} is not there any more.`, 'Nothing was changed.');
  const { noteText, ...place } = trashPlace(file);
  const trashed = before?.trashed ?? place;
  if (!before?.trashed) log.add({ step: at, state: 'begin', trashed });
  if (trashed.note) fs.writeFileSync(trashed.note, noteText, { mode: 0o600 });
  try {
    moveFile(file, trashed.file, hash, true);
  } catch (error) {
    if (trashed.note && fileHash(trashed.file) !== hash) fs.rmSync(trashed.note, { force: true });
    throw error;
  }
  return trashed;
}

/** The old manifest is copied before the new one takes its name. */
function rewrite(file: string, { hash, backup }: RewriteStep, { folder, plan, before }: Context): void {
  const text = fs.readFileSync(path.join(folder, appliedFiles.manifest));
  const kept = path.resolve(plan.root, backup);
  const found = fileHash(file);
  if (before && found !== hash && fileHash(kept) === hash) return;
  if (found !== hash) {
    throw new Problem('content-changed', `${file} was changed since the plan was made.`, 'Apply again.');
  }
  if (fileHash(kept) !== hash) writeAtomic(kept, fs.readFileSync(file));
  writeAtomic(file, text);
}

/** A class folder that is left empty would stop the next training: it goes, and `loupe undo` makes it again. */
function removeEmptyFolders({ root, steps, format }: ApplyPlan, log: StepLog): void {
  if (format !== 'folder') return;
  const left = steps.flatMap((step, at) => (log.of(at)?.state === 'done' ? [path.posix.dirname(step.path)] : []));
  for (const folder of new Set(left)) {
    for (let at = folder; at !== '.' && at !== '/'; at = path.posix.dirname(at)) {
      if (!removeIfEmpty(path.join(root, at))) break;
    }
  }
}

function removeIfEmpty(folder: string): boolean {
  try {
    fs.rmdirSync(folder);
    return true;
  } catch (error) {
    // Not empty, as a rule; whatever else it is, an empty folder harms nothing.
    return errnoOf(error) === 'ENOENT';
  }
}

/** What a step that can't be carried out says. */
export function reasonOf(error: unknown, file: string): { code: string; message: string } {
  const known = fsProblem(error, 'move', file);
  if (known instanceof Problem) return { code: known.code, message: known.message };
  return { code: errnoOf(error) ?? 'unexpected', message: error instanceof Error ? error.message : String(error) };
}
