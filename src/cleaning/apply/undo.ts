import fs from 'node:fs';
import path from 'node:path';
import { readOverlay } from '../../dataset/journal/overlay.ts';
import { writeAtomic } from '../../files.ts';
import { Problem } from '../../problem.ts';
import type { ApplyOutcome, ApplyPlan, ApplyStep, RefusedEdit, StepRecord } from '../../protocol/apply.ts';
import { type Applied, listApplied } from './applied.ts';
import { finishApply, withLock } from './apply.ts';
import { fileHash } from './file-hash.ts';
import { moveFile } from './move-file.ts';
import { reasonOf, type StepOptions } from './run-steps.ts';
import { unsettle } from './settle.ts';
import { appliedFiles, StepLog } from './step-log.ts';

/**
 * Takes an apply back: files return to their places, those in the trash too, and the decisions count again as if they had not been applied.
 * What the user changed since is left alone and told. Whenever the process dies, the same call goes on.
 * @param id default: the last one that was not taken back
 * @throws Problem `nothing-to-undo`, `no-such-apply`, `apply-locked`
 */
export async function undoApply(source: string, id: string | null, options: StepOptions = {}): Promise<ApplyOutcome> {
  const journal = journalOf(source);
  return await withLock(journal, async () => {
    const applied = findApplied(journal, id);
    // One that a crash cut short is finished first, so that every step is in a known state.
    if (applied.state === 'unfinished') await finishApply(applied, { signal: options.signal });
    return undo(applied, options);
  });
}

/** The journal that holds the edits of a data set. @throws Problem `nothing-to-undo` */
export function journalOf(source: string): string {
  const overlay = readOverlay(path.resolve(source));
  if (overlay) return overlay.file;
  throw nothingToUndo(`There are no label edits of ${path.resolve(source)}.`);
}

function nothingToUndo(message: string): Problem {
  return new Problem('nothing-to-undo', message, 'loupe undo takes back what loupe apply --in-place has changed.');
}

function findApplied(journal: string, id: string | null): Applied {
  const all = listApplied(journal);
  const found =
    id === null ? all.findLast(({ state }) => state !== 'undone') : all.find((applied) => applied.id === id);
  if (found) return found;
  if (id === null) throw nothingToUndo('Nothing was applied that is not taken back already.');
  const ids = all.slice(-3).map((applied) => applied.id);
  throw new Problem('no-such-apply', `There is no apply "${id}".`, `Those there are: ${ids.join(', ') || 'none'}.`);
}

function undo({ id, folder, plan }: Applied, { onProgress, signal }: StepOptions): ApplyOutcome {
  const steps = new StepLog(folder, appliedFiles.steps);
  const log = new StepLog(folder, appliedFiles.undo);
  const order = [...plan.steps.entries()].reverse().filter(([at]) => steps.of(at)?.state === 'done');
  for (const [count, [at, step]] of order.entries()) {
    signal?.throwIfAborted();
    if (log.of(at)?.state !== 'done') log.add(undoStep(step, at, { folder, plan, log, record: steps.of(at) }));
    onProgress?.(count + 1, order.length);
  }
  for (const made of [...plan.newFolders].reverse()) removeEmpty(path.resolve(plan.root, made));
  const done = new Set(order.map(([at]) => at).filter((at) => log.of(at)?.state === 'done'));
  unsettle(folder, plan, done);
  const refused = log.all().flatMap((record): RefusedEdit[] => {
    if (record.state !== 'refused') return [];
    return [{ path: plan.steps[record.step]?.path ?? '', code: record.code ?? '', message: record.message ?? '' }];
  });
  if (refused.length === 0) writeAtomic(path.join(folder, appliedFiles.undone), '');
  return { id, plan, done: done.size, refused };
}

interface Context {
  folder: string;
  plan: ApplyPlan;
  log: StepLog;
  record: StepRecord | undefined;
}

function undoStep(step: ApplyStep, at: number, { folder, plan, log, record }: Context): StepRecord {
  const again = log.of(at)?.state === 'begin';
  const file = path.resolve(plan.root, step.path);
  try {
    if (!again) log.add({ step: at, state: 'begin' });
    switch (step.kind) {
      case 'move':
        moveFile(path.resolve(plan.root, step.to), file, step.hash, again);
        break;
      case 'trash':
        restore(file, step.hash, record, again);
        break;
      case 'rewrite':
        putBack(file, step, path.join(folder, appliedFiles.manifest), path.resolve(plan.root, step.backup));
        break;
    }
    return { step: at, state: 'done' };
  } catch (error) {
    return { step: at, state: 'refused', ...reasonOf(error, step.path) };
  }
}

function restore(file: string, hash: string, record: StepRecord | undefined, again: boolean): void {
  const trashed = record?.trashed;
  if (!trashed || (fileHash(trashed.file) === null && fileHash(file) !== hash)) {
    throw new Problem('trash-emptied', `${file} is not in the trash any more.`, 'Restore it from a backup.');
  }
  moveFile(trashed.file, file, hash, again);
  if (trashed.note) fs.rmSync(trashed.note, { force: true });
}

/** The manifest as it was before, unless somebody has changed it since. */
function putBack(file: string, { hash }: { hash: string }, written: string, backup: string): void {
  const found = fileHash(file);
  if (found !== hash) {
    if (found !== fileHash(written) || fileHash(backup) !== hash) {
      throw new Problem('content-changed', `${file} was changed since.`, `The manifest as it was is in ${backup}.`);
    }
    writeAtomic(file, fs.readFileSync(backup));
  }
  fs.rmSync(backup, { force: true });
}

function removeEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Somebody uses it by now.
  }
}
