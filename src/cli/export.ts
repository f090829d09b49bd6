import { exportFormats, formatNamed } from '../export/formats.ts';
import type { Preprocessing } from '../export/source.ts';
import { didYouMean } from '../jobs/closest.ts';
import { fromHere, megabytes } from './format.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const names = exportFormats.map(({ name }) => name);
const width = Math.max(...names.map((name) => name.length));

export const exportVerb: Verb = {
  name: 'export',
  usage: '<run> --format <format> [--out <path>]',
  summary: 'Write the model or the log of a run in a format that others read.',
  details: `run is a run folder, or the name, id or beginning of the id of a run in --runs.
The best weights are exported, with class names and a model card that says how to load them. Formats:
${exportFormats.map(({ name, label, readers }) => `  ${name.padEnd(width)}  ${label}: ${readers}`).join('\n')}`,
  positionals: { min: 1, max: 1, missing: 'Which run?' },
  options: {
    format: { type: 'string', short: 'f', value: '<format>', help: `One of ${names.join(', ')}.` },
    out: {
      type: 'string',
      short: 'o',
      value: '<path>',
      help: "File or folder; default: in export/ of the run's folder.",
    },
    preprocess: {
      type: 'string',
      value: '<inside|outside>',
      help: 'inside: takes pixels 0–255 (default, where the format can); outside: takes normalised numbers.',
    },
    uncalibrated: { type: 'boolean', help: 'Leave the temperature out that is kept beside the model.' },
    force: { type: 'boolean', help: 'Replace what is there.' },
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
  },
  run: exportVerbRun,
};

async function exportVerbRun(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const format = wantedFormat(input);
  const preprocessing = wantedPreprocessing(input);
  const { defaultRunsFolder, findRun, runsFolderOf } = await import('./locate.ts');
  const runs = textOf(input, 'runs');
  const runsFolder = runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs);
  const folder = await findRun(input.positionals[0] as string, runsFolder, (run) => run.hasModel);
  const { exportRun } = await import('../export/export-run.ts');
  const line = new ProgressLine(terminal);
  const out = textOf(input, 'out');
  try {
    line.report({ what: terminal.progress === 'json' ? 'export' : `Exporting ${format.label}`, done: 0, total: 1 });
    const result = await exportRun(folder, {
      format: format.name,
      ...(out === undefined ? {} : { out }),
      ...(preprocessing ? { preprocessing } : {}),
      force: input.values.force === true,
      calibrated: input.values.uncalibrated !== true,
    });
    line.end();
    const lines = [
      `${terminal.out.green('Exported')} ${fromHere(result.path)}, ${format.label}, ${megabytes(result.bytes)}`,
    ];
    if (result.card !== null && result.card !== result.path) lines.push(`  model card ${fromHere(result.card)}`);
    return { json: { run: folder, ...result }, text: lines.join('\n') };
  } finally {
    line.end();
  }
}

function wantedFormat(input: VerbInput) {
  const given = textOf(input, 'format');
  if (given === undefined) throw new UsageError('Which format?', `Give --format, one of ${names.join(', ')}.`);
  const format = formatNamed(given);
  if (format) return format;
  throw new UsageError(`There is no format "${given}".${didYouMean(given, names)}`, `Use one of ${names.join(', ')}.`);
}

function wantedPreprocessing(input: VerbInput): Preprocessing | undefined {
  const given = textOf(input, 'preprocess');
  if (given === undefined || given === 'inside' || given === 'outside') return given;
  throw new UsageError(`--preprocess can't be "${given}".`, 'Use inside or outside.');
}
