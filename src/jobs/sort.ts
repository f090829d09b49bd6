import { Problem } from '../problem.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { type FieldValue, findField, suggestField } from './run-fields.ts';

/**
 * A new array, sorted by a field of run-fields.ts: best or newest first unless the key says otherwise with a leading `+`
 * (ascending) or `-` (descending). Runs without the value come last, ties newest first.
 * @throws Problem `bad-sort-key`
 */
export function sortRuns(runs: readonly RunSummary[], key = 'created'): RunSummary[] {
  const sign = /^[+-]/.exec(key)?.[0];
  const name = sign ? key.slice(1) : key;
  const field = findField(name);
  if (!field) {
    const near = suggestField(name);
    throw new Problem(
      'bad-sort-key',
      `Runs can't be sorted by "${name}".`,
      near ? `Did you mean "${near}"?` : 'Use e.g. created, name, val_accuracy or training.batchSize.',
    );
  }
  const descending = sign ? sign === '-' : field.sortDescending;
  return runs
    .map((run) => ({ run, value: field.read(run) }))
    .sort((a, b) => compareValues(a.value, b.value, descending) || newestFirst(a.run, b.run))
    .map(({ run }) => run);
}

function compareValues(a: FieldValue, b: FieldValue, descending: boolean): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b));
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b));
  return descending ? -order : order;
}

function compareText(a: string, b: string): number {
  return a.localeCompare(b, undefined, { numeric: true, sensitivity: 'base' });
}

function isMissing(value: FieldValue): boolean {
  return value === null || (Array.isArray(value) && value.length === 0) || Number.isNaN(value);
}

function newestFirst(a: RunSummary, b: RunSummary): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}
