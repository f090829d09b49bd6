import fs from 'node:fs';
import path from 'node:path';
import { isRecord } from '../../jobs/record.ts';
import type { ApplyPlan } from '../../protocol/apply.ts';
import { appliedFiles, StepLog } from './step-log.ts';

/** One time that edits were applied. */
export interface Applied {
  id: string;
  /** Absolute. */
  folder: string;
  plan: ApplyPlan;
  /** `unfinished`: the process died on the way, or the journal does not know yet. */
  state: 'unfinished' | 'applied' | 'undone';
  /** Steps that were carried out. */
  done: number;
}

/** `<workspace>/.loupe/applied`, beside the journal. */
export function appliedFolderOf(journal: string): string {
  return path.join(path.dirname(journal), 'applied');
}

/**
 * Every time that edits of this journal were applied, oldest first. Folders that a crash left without a plan have changed nothing; a plan that
 * was made for a journal elsewhere, which came with a copy of the folder or from a stranger, is not ours to carry out or to take back.
 */
export function listApplied(journal: string): Applied[] {
  const folder = appliedFolderOf(journal);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((id) => readApplied(path.join(folder, id)) ?? [])
    .filter(({ plan }) => isSameFile(plan.journal, journal));
}

function isSameFile(a: string, b: string): boolean {
  try {
    return fs.realpathSync(a) === fs.realpathSync(b);
  } catch {
    return false;
  }
}

function readApplied(folder: string): Applied | null {
  const plan = readPlan(path.join(folder, appliedFiles.plan));
  if (!plan) return null;
  const has = (name: string) => fs.existsSync(path.join(folder, name));
  const state = has(appliedFiles.undone) ? 'undone' : has(appliedFiles.settled) ? 'applied' : 'unfinished';
  const done = new StepLog(folder, appliedFiles.steps).all().filter((record) => record.state === 'done').length;
  return { id: path.basename(folder), folder, plan, state, done };
}

function readPlan(file: string): ApplyPlan | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return isRecord(value) && value.version === 1 && Array.isArray(value.steps)
      ? (value as unknown as ApplyPlan)
      : null;
  } catch {
    return null;
  }
}
