import path from 'node:path';
import { appendToJournal } from '../../dataset/journal/append.ts';
import { type Edit, editOf, stampEdits } from '../../dataset/journal/edits.ts';
import { distinctLines, effectiveIds } from '../../dataset/journal/effective.ts';
import { readJournal } from '../../dataset/journal/read.ts';
import { writeAtomic } from '../../files.ts';
import type { ApplyPlan, ApplyStep } from '../../protocol/apply.ts';
import type { ImageLine, JournalLine } from '../../protocol/journal.ts';
import { appliedFiles, type StepLog } from './step-log.ts';

/**
 * Tells the journal what was carried out, so that these decisions are settled and the images keep their history. What it knows already is
 * not told twice.
 */
export function settle(folder: string, plan: ApplyPlan, log: StepLog): void {
  const id = path.basename(folder);
  const { lines } = readJournal(plan.journal);
  const known = new Set(appliedLines(lines, id).map((line) => line.path));
  const edits = plan.steps.flatMap((step, at) => (log.of(at)?.state === 'done' ? settledEdits(step, id) : []));
  const fresh = edits.filter((edit) => !('path' in edit) || !known.has(edit.path));
  appendToJournal(plan.journal, stampEdits(fresh, { data: plan.data, after: lines }));
  writeAtomic(path.join(folder, appliedFiles.settled), '');
}

/** Takes the settling of steps back, so that their decisions count again. @param undone positions of the steps */
export function unsettle(folder: string, plan: ApplyPlan, undone: ReadonlySet<number>): void {
  const id = path.basename(folder);
  const { lines } = readJournal(plan.journal);
  const paths = new Set(plan.steps.flatMap((step, at) => (undone.has(at) ? pathsOf(step) : [])));
  const effective = effectiveIds(distinctLines(lines));
  const edits = appliedLines(lines, id)
    .filter((line) => paths.has(line.path) && effective.has(line.id))
    .map((line) => editOf.undo(line));
  appendToJournal(plan.journal, stampEdits(edits, { data: plan.data, after: lines }));
}

function appliedLines(lines: readonly JournalLine[], id: string): ImageLine[] {
  return lines.filter((line): line is ImageLine => line.edit === 'applied' && line.apply === id);
}

function settledEdits(step: ApplyStep, id: string): Edit[] {
  switch (step.kind) {
    case 'move':
      return [editOf.applied(step, id, step.why === 'relabel' ? step.to : null, step.splitStays)];
    case 'trash':
      return [editOf.applied(step, id, null)];
    case 'rewrite': {
      // Label and split of one image are one settlement; rows that went are told with their image.
      const rows = new Map(step.rows.filter(({ change }) => change !== 'remove').map((row) => [row.path, row]));
      return [...rows.values()].map((row) => editOf.applied(row, id, row.path, row.splitStays));
    }
  }
}

function pathsOf(step: ApplyStep): string[] {
  if (step.kind !== 'rewrite') return [step.path];
  return step.rows.filter(({ change }) => change !== 'remove').map((row) => row.path);
}
