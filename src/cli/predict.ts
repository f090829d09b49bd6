import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_TOP = 3;

export const predictVerb: Verb = {
  name: 'predict',
  usage: '<run> <image or folder> …',
  summary: 'Classify images with the best weights of a run.',
  details: `run is a run folder, or the name, id or beginning of the id of a run in --runs.
Folders are looked through with everything in them. What can't be read as an image is counted and told.`,
  positionals: { min: 2, max: Number.POSITIVE_INFINITY, missing: 'Which run, and which images?' },
  options: {
    top: { type: 'string', short: 'k', value: '<N>', help: `Classes to show of each image; default ${DEFAULT_TOP}.` },
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
    engine: { type: 'string', value: '<auto|tensorflow|wasm|cpu>', help: 'What computes; default auto.' },
    threads: { type: 'string', value: '<N>', help: 'Threads of the engine; default: as many as there are cores.' },
  },
  run: predict,
};

const engines = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;

async function predict(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const [given, ...targets] = input.positionals as [string, ...string[]];
  const topK = wholeNumber(input, 'top', 1) ?? DEFAULT_TOP;
  const threads = wholeNumber(input, 'threads', 0) ?? 0;
  const engineName = textOf(input, 'engine') ?? 'auto';
  const name = engines.find((entry) => entry === engineName);
  if (!name) throw new UsageError(`--engine can't be "${engineName}".`, `Use one of ${engines.join(', ')}.`);
  const { defaultRunsFolder, findRun, runsFolderOf } = await import('./locate.ts');
  const { listImageFiles } = await import('./image-files.ts');
  const { describePredictions, reportPredictions } = await import('./predict-report.ts');
  const runs = textOf(input, 'runs');
  const runsFolder = runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs);
  const folder = await findRun(given, runsFolder, (run) => run.hasModel);
  const files = listImageFiles(targets);
  const { predictImages } = await import('../evaluation/predict.ts');
  const line = new ProgressLine(terminal);
  try {
    const result = await predictImages(folder, files, {
      topK,
      engine: { name, threads, precision: 'float32' },
      onProgress: (done, total) =>
        line.report({ what: terminal.progress === 'json' ? 'predict' : 'Classifying', done, total }),
    });
    line.end();
    const report = reportPredictions(folder, result);
    return { json: report, text: describePredictions(report, terminal.out), exitCode: report.classified > 0 ? 0 : 1 };
  } finally {
    line.end();
  }
}

function wholeNumber(input: VerbInput, name: string, least: number): number | undefined {
  const text = textOf(input, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} can't be "${text}".`, `Give a whole number of at least ${least}.`);
}
