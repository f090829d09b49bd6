import { fileByFile, stoppable } from './stoppable.ts';
import type { Terminal } from './terminal.ts';
import type { Verb, VerbInput, VerbResult } from './verb.ts';

export const undoVerb: Verb = {
  name: 'undo',
  usage: '<folder | manifest> [<apply id>] [--list]',
  summary: 'Take back what loupe apply --in-place has changed: files return to their places, from the trash too.',
  details: `Without an id: the last apply that was not taken back. The edits themselves stay in the journal and count again. Files that were
changed, moved or thrown out of the trash since are left alone and told.`,
  positionals: { min: 1, max: 2, missing: 'The apply of which data set?' },
  options: { list: { type: 'boolean', help: 'List the times that edits were applied; change nothing.' } },
  run: undo,
};

async function undo(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const [source, id] = input.positionals as [string, string | undefined];
  if (input.values.list === true) return await list(source);
  const { undoApply } = await import('../cleaning/apply/undo.ts');
  const { undoneText } = await import('./apply-report.ts');
  return await stoppable(terminal, fileByFile, async (line, signal) => {
    const onProgress = (done: number, total: number) => line.report({ what: 'Taking back', done, total });
    const outcome = await undoApply(source, id ?? null, { onProgress, signal });
    const { plan, ...rest } = outcome;
    const exitCode = outcome.refused.length > 0 ? 1 : 0;
    return { json: { ...rest, steps: plan.steps.length }, text: undoneText(outcome), exitCode };
  });
}

async function list(source: string): Promise<VerbResult> {
  const { listApplied } = await import('../cleaning/apply/applied.ts');
  const { journalOf } = await import('../cleaning/apply/undo.ts');
  const { renderTable } = await import('./table.ts');
  const { dateTime } = await import('./format.ts');
  const applied = listApplied(journalOf(source)).map(({ id, plan, state, done }) => {
    return { id, at: plan.at, data: plan.data, state, done, steps: plan.steps.length };
  });
  const rows = applied.map(({ id, at, data, state, done, steps }) => [
    id,
    dateTime(Date.parse(at)),
    data,
    `${done} of ${steps}`,
    state,
  ]);
  const titles = ['ID', 'AT', 'DATA', 'DONE', 'STATE'].map((title) => ({ title }));
  return { json: { applied }, text: rows.length > 0 ? renderTable(titles, rows) : 'Nothing was applied yet.' };
}
