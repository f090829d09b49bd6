import type { RunSummary } from '../protocol/runs.ts';
import { dateTime, figure, percent, plural } from './format.ts';
import { runsFolderOf } from './locate.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const runsVerb: Verb = {
  name: 'runs',
  usage: '[folder] [--query <query>] [--sort <key>]',
  summary: 'List runs, with their state and figures.',
  details: `folder is a workspace or a runs folder; default: the current one.
A query such as: val_accuracy > 0.9 and tag = "aug" or not starred and training.batchSize >= 64`,
  positionals: { min: 0, max: 1, missing: '' },
  options: {
    query: { type: 'string', short: 'q', value: '<query>', help: 'Only runs that satisfy it.' },
    sort: {
      type: 'string',
      value: '<key>',
      help: 'A metric, created, name or a setting; + or - before it gives the direction (--sort=-name).',
    },
  },
  run: runs,
};

async function runs(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { parseQuery } = await import('../jobs/query.ts');
  const { sortRuns } = await import('../jobs/sort.ts');
  const { listRuns } = await import('../jobs/list.ts');
  const folder = runsFolderOf(input.positionals[0] ?? '.');
  const filter = parseQuery(textOf(input, 'query') ?? '');
  const list = await listRuns(folder);
  const shown = sortRuns(list.runs.filter(filter), textOf(input, 'sort'));
  for (const { message } of list.unreadable)
    terminal.stderr.write(`${terminal.err.yellow('unreadable:')} ${message}\n`);
  return {
    json: { folder, total: list.runs.length, runs: shown, unreadable: list.unreadable },
    text: describe(shown, list.runs.length, folder, terminal.out),
  };
}

function describe(shown: RunSummary[], total: number, folder: string, colors: Style): string {
  if (total === 0) return `No runs in ${folder}. Start one: loupe train <folder of images>`;
  if (shown.length === 0) return `None of ${plural(total, 'run')} in ${folder} satisfies the query.`;
  const rows = shown.map((run) => [
    `${run.starred ? '★ ' : ''}${run.name}`,
    paintState(run, colors),
    `${run.epoch}/${run.epochs}`,
    percent(run.validationAccuracy),
    figure(run.validationLoss),
    run.architecture,
    run.tags.join(', '),
    dateTime(run.createdAt),
    run.id,
  ]);
  return renderTable(
    [
      { title: 'NAME' },
      { title: 'STATE' },
      { title: 'EPOCH', align: 'right' },
      { title: 'VAL ACC', align: 'right' },
      { title: 'VAL LOSS', align: 'right' },
      { title: 'MODEL' },
      { title: 'TAGS' },
      { title: 'CREATED' },
      { title: 'ID' },
    ],
    rows,
  );
}

function paintState({ state }: RunSummary, colors: Style): string {
  if (state === 'done') return colors.green(state);
  if (state === 'failed') return colors.red(state);
  return state === 'interrupted' ? colors.yellow(state) : state;
}
