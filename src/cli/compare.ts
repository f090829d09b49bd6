import fs from 'node:fs';
import path from 'node:path';
import type { ComparedRun, PairDetail, Verdict } from '../protocol/compare.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const compareVerb: Verb = {
  name: 'compare',
  usage: '<run> <run> … [--baseline <run>]',
  summary: 'Compare runs: what differs, their figures, and whether a difference is real.',
  details: `run is a run folder, or the name, id or beginning of the id of a run in --runs. Folders of other tools (TensorBoard events,
MLflow mlruns, Keras and Lightning CSV logs, DVC metrics) can stand beside them. Without runs, --query chooses.
Every run is compared with the baseline (--baseline, else the pinned one, else the first) on the images that both have
predicted: McNemar's test, a paired bootstrap, and a t test over seeds where a configuration was run with several.`,
  positionals: { min: 0, max: Number.POSITIVE_INFINITY, missing: '' },
  options: {
    baseline: { type: 'string', short: 'b', value: '<run>', help: 'The run that the others are measured against.' },
    pin: { type: 'boolean', help: 'Keep --baseline as the baseline of this workspace, for the editor too.' },
    query: { type: 'string', short: 'q', value: '<query>', help: 'All runs that satisfy it; see loupe help runs.' },
    list: { type: 'string', value: '<file>', help: 'Runs to compare, one a line.' },
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
    images: {
      type: 'string',
      value: '<N>',
      help: 'With two runs: also the N images that the second has won and lost, and both confusion matrices.',
    },
    csv: { type: 'boolean', help: 'A CSV table instead of text.' },
    md: { type: 'boolean', help: 'A Markdown table instead of text.' },
  },
  run: compare,
};

async function compare(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { defaultRunsFolder, runsFolderOf } = await import('./locate.ts');
  const given = textOf(input, 'runs');
  const runsFolder = given === undefined ? defaultRunsFolder('.') : runsFolderOf(given);
  const runs = await chooseRuns(input, runsFolder);
  const { baseline: reference, pinned } = await chooseReference(input, runs, runsFolder);
  const baseline = runs.find(({ id }) => id === reference.id) ?? reference;
  const compared = runs.includes(baseline) ? runs : [baseline, ...runs];
  if (compared.length < 2) throw new UsageError('One run has nothing to be compared with.', 'Name at least two runs.');
  const images = wantedImages(input, compared);
  const { compareAll } = await import('../evaluation/compare-all.ts');
  const line = new ProgressLine(terminal);
  let verdicts: Verdict[];
  try {
    const what = terminal.progress === 'json' ? 'compare' : 'Comparing';
    verdicts = await compareAll(compared, baseline, (done, total) => line.report({ what, done, total }));
  } finally {
    line.end();
  }
  const detail = images === null ? null : await detailOf(compared, baseline, images);
  const { differingParams } = await import('../jobs/compare/differences.ts');
  const { metricColumns } = await import('../jobs/compare/metrics.ts');
  const { comparisonTable, toCsv, toMarkdown } = await import('../jobs/compare/table.ts');
  const { describeComparison } = await import('./compare-report.ts');
  const comparison = { runs: compared, baseline, verdicts };
  return {
    json: {
      baseline: baseline.id,
      pinned,
      differences: differingParams(compared),
      metrics: metricColumns(compared),
      runs: compared,
      verdicts,
      ...(detail ? { detail } : {}),
    },
    text: input.values.csv
      ? toCsv(comparisonTable(comparison)).trimEnd()
      : input.values.md
        ? toMarkdown(comparison).trimEnd()
        : describeComparison(comparison, detail, terminal.out),
  };
}

async function chooseRuns(input: VerbInput, runsFolder: string): Promise<ComparedRun[]> {
  const query = textOf(input, 'query');
  const list = textOf(input, 'list');
  const names = [...input.positionals, ...(list === undefined ? [] : linesOf(list))];
  if (query === undefined && names.length === 0) {
    throw new UsageError('Which runs?', 'Name at least two, or choose with --query (an empty one takes all).');
  }
  const { comparedRun } = await import('../jobs/compare/compared-run.ts');
  const chosen: ComparedRun[] = [];
  for (const name of names) chosen.push(...(await runsNamed(name, runsFolder)));
  if (query !== undefined) {
    const { parseQuery } = await import('../jobs/query.ts');
    const { listRuns } = await import('../jobs/list.ts');
    chosen.push(...(await listRuns(runsFolder)).runs.filter(parseQuery(query)).map(comparedRun));
  }
  return [...new Map(chosen.map((run) => [run.id, run])).values()];
}

function linesOf(file: string): string[] {
  try {
    return fs.readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean);
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${(error as Error).message}`, 'Name a file with one run a line.');
  }
}

/** A run of ours, or every run of other tools in a folder or file. */
async function runsNamed(name: string, runsFolder: string): Promise<ComparedRun[]> {
  const { findRun } = await import('./locate.ts');
  const { isRunFolder } = await import('../jobs/read.ts');
  if (fs.existsSync(name) && !isRunFolder(name)) {
    const { findForeignRuns } = await import('../interop/foreign/find-runs.ts');
    const { runs } = await findForeignRuns(path.resolve(name));
    if (runs.length > 0) return runs.map(({ run }) => run);
  }
  const { readSummary } = await import('../jobs/list.ts');
  const { comparedRun } = await import('../jobs/compare/compared-run.ts');
  return [comparedRun(readSummary(await findRun(name, runsFolder)))];
}

async function chooseReference(
  input: VerbInput,
  runs: readonly ComparedRun[],
  runsFolder: string,
): Promise<{ baseline: ComparedRun; pinned: boolean }> {
  const { loupeFolderOf, pinBaseline, readBaseline } = await import('../jobs/compare/baseline.ts');
  const named = textOf(input, 'baseline');
  const [first] = runs;
  if (named !== undefined) {
    const [baseline] = (await runsNamed(named, runsFolder)) as [ComparedRun];
    if (input.values.pin && baseline.foreign !== null) {
      throw new UsageError(`${baseline.name} comes from ${baseline.foreign}.`, 'Pin a run of Loupe.');
    }
    if (input.values.pin) pinBaseline(loupeFolderOf(baseline.id), path.basename(baseline.id));
    return { baseline, pinned: input.values.pin === true };
  }
  if (input.values.pin) throw new UsageError('--pin needs --baseline.', 'Name the run: --baseline <run> --pin.');
  if (!first) throw new UsageError('No run satisfies the query.', 'See loupe runs for what there is.');
  const pinned = readBaseline(path.dirname(runsFolder));
  const found = runs.find(({ id, foreign }) => foreign === null && path.basename(id) === pinned);
  return { baseline: found ?? first, pinned: found !== undefined };
}

function wantedImages(input: VerbInput, runs: readonly ComparedRun[]): number | null {
  const text = textOf(input, 'images');
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) {
    throw new UsageError(`--images can't be "${text}".`, 'Give a whole number.');
  }
  if (runs.length !== 2) throw new UsageError('--images compares two runs.', 'Name two runs.');
  return value;
}

/** null where they have no predictions of the same images. */
async function detailOf(runs: readonly ComparedRun[], baseline: ComparedRun, most: number): Promise<PairDetail | null> {
  const other = runs.find(({ id }) => id !== baseline.id) as ComparedRun;
  if (baseline.foreign !== null || other.foreign !== null) return null;
  const { readRunPredictions } = await import('../evaluation/run-predictions.ts');
  const { pairPredictions } = await import('../evaluation/paired-predictions.ts');
  const { pairDetail } = await import('../evaluation/pair-detail.ts');
  const { dataRootOf } = await import('../jobs/data-root.ts');
  const [a, b] = [readRunPredictions(baseline.id), readRunPredictions(other.id)];
  if (!a || !b) return null;
  const pair = pairPredictions(a, b);
  return pair.images.length > 0
    ? pairDetail(pair, { a: baseline.id, b: other.id, root: dataRootOf(baseline.id), most })
    : null;
}
