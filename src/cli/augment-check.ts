import type { LabelSafetyReport, OperationSafety } from '../protocol/augment-preview.ts';
import { setOption } from './config-options.ts';
import { percent, plural, shellPath } from './format.ts';
import { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_PER_CLASS = 30;
const DEFAULT_DRAWS = 4;
const DEFAULT_TOLERANCE = 0.1;

export const augmentCheckVerb: Verb = {
  name: 'augment-check',
  usage: '<data folder | file.loupe.json | run folder> --model <run>',
  summary: 'Find augmentations that change what an image shows, by asking a trained model.',
  details: `Each operation that is on is applied alone, at its strength, to images that the model was not trained on; what counts is how
often the predicted class changes, beyond how often it changes over nothing (a shift by a pixel, noise of two levels).
An operation is flagged in a class where that is surely more than --tolerance: a mirrored "3" is no "3" any more.
Exit code 1: something is flagged.`,
  positionals: { min: 1, max: 1, missing: 'Which images, or which config?' },
  options: {
    model: { type: 'string', short: 'm', value: '<run>', help: 'Run folder, or name or id of a run in --runs.' },
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
    'per-class': { type: 'string', value: '<N>', help: `Images of each class; default ${DEFAULT_PER_CLASS}.` },
    draws: { type: 'string', value: '<N>', help: `Draws for each image; default ${DEFAULT_DRAWS}.` },
    tolerance: { type: 'string', value: '<share>', help: `Change that is put up with; default ${DEFAULT_TOLERANCE}.` },
    preset: { type: 'string', value: '<name>', help: 'Augmentation in place of the config’s.' },
    set: setOption,
    engine: { type: 'string', value: '<auto|tensorflow|wasm|cpu>', help: 'What computes; default auto.' },
    threads: { type: 'string', value: '<N>', help: 'Threads of the engine; default: as many as there are cores.' },
  },
  run: augmentCheck,
};

const engines = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;

async function augmentCheck(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const given = textOf(input, 'model');
  if (given === undefined) throw new UsageError('Which model is to be asked?', 'Name a run with --model.');
  const engineName = textOf(input, 'engine') ?? 'auto';
  const engine = engines.find((name) => name === engineName);
  if (!engine) throw new UsageError(`--engine can't be "${engineName}".`, `Use one of ${engines.join(', ')}.`);
  const perClass = number(input, 'per-class', { least: 1, whole: true }) ?? DEFAULT_PER_CLASS;
  const draws = number(input, 'draws', { least: 1, whole: true }) ?? DEFAULT_DRAWS;
  const tolerance = number(input, 'tolerance', { least: 0, most: 1 }) ?? DEFAULT_TOLERANCE;
  const threads = number(input, 'threads', { least: 0, whole: true }) ?? 0;
  const { defaultRunsFolder, findRun, runsFolderOf } = await import('./locate.ts');
  const { openAugmentTarget } = await import('./augment-target.ts');
  const runs = textOf(input, 'runs');
  const runsFolder = runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs);
  const model = await findRun(given, runsFolder, (run) => run.hasModel);
  const line = new ProgressLine(terminal);
  const isJson = terminal.progress === 'json';
  try {
    const target = await openAugmentTarget(input.positionals[0] as string, {
      sets: textsOf(input, 'set'),
      preset: textOf(input, 'preset'),
      onProgress: (done, total) => line.report({ what: isJson ? 'scan' : 'Scanning', done, total }),
    });
    const { checkAugment } = await import('../preview/check-augment.ts');
    const report = await checkAugment(target, {
      model,
      perClass,
      draws,
      tolerance,
      engine: { name: engine, threads, adapter: '', precision: 'float32' },
      onProgress: (done, total) => line.report({ what: isJson ? 'check' : 'Asking the model', done, total }),
    });
    line.end();
    const isFlagged = report.operations.some(({ flagged }) => flagged);
    return { json: report, text: describe(report, terminal.out), exitCode: isFlagged ? 1 : 0 };
  } finally {
    line.end();
  }
}

const SHOWN_CLASSES = 5;

const columns = [
  { title: '' },
  { title: 'Operation' },
  { title: 'Changed', align: 'right' },
  { title: 'Most in' },
] as const;

function describe(report: LabelSafetyReport, out: Style): string {
  const from = report.from === 'held-out' ? 'that it was not trained on' : 'of the data set';
  const rows = report.operations.map((operation) => [
    operation.flagged ? out.yellow('!') : out.green('✓'),
    operation.text,
    percent(operation.changed),
    worst(operation),
  ]);
  const flagged = report.operations.filter((operation) => operation.flagged);
  return [
    `${shellPath(report.model, '')} on ${plural(report.images, 'image')} ${from}, ${plural(report.draws, 'draw')} each; it is right on ${percent(report.accuracy)} and changes its mind over nothing on ${percent(report.noise)}.`,
    renderTable(columns, rows),
    flagged.length === 0
      ? 'Nothing changes more than noise and tolerance allow.'
      : `${flagged.length === 1 ? 'One operation changes' : `${flagged.length} operations change`} what the model sees in an image: weaken or leave out what is marked, or make sure by eye (loupe augment-preview).`,
  ].join('\n');
}

function worst({ perClass }: OperationSafety): string {
  const marked = perClass.filter(({ flagged }) => flagged);
  const shown = (marked.length > 0 ? marked : perClass).toSorted((a, b) => b.changed - a.changed);
  const count = marked.length > 0 ? SHOWN_CLASSES : 1;
  return shown
    .slice(0, count)
    .map(({ className, changed }) => `${className} ${percent(changed)}`)
    .join(', ');
}

function number(
  input: VerbInput,
  name: string,
  { least, most = Number.POSITIVE_INFINITY, whole = false }: { least: number; most?: number; whole?: boolean },
): number | undefined {
  const text = textOf(input, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`--${name} can't be "${text}".`, `Give a ${whole ? 'whole ' : ''}number ${range}.`);
}
