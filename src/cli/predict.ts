import { engineOf, engineOptions, viewsOf, viewsOptions, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_TOP = 3;

export const predictVerb: Verb = {
  name: 'predict',
  usage: '<run> <image or folder> … [--out file.csv|file.jsonl]',
  summary: 'Classify images with the best weights of a run, or with a predictor.',
  details: `run is a run or predictor folder, or the name or id of one in --runs; or a TensorFlow.js layers model (a Teachable Machine export: its folder
or model.json), which is kept as a predictor with the classes and the scaling that its metadata.json names.
Folders are looked through with everything in them. What can't be read as an image is counted and told.
--watch goes on with images that come into the folders later, a line each (with --json a JSON line), until Ctrl-C.
--lines answers JSON lines from stdin, for programs: {"id": 1, "path": "/a.png"} or {"id": 1, "name": "a.png", "data": "<base64>"}, with
"top": 5 and "saliency": "grad-cam" or "occlusion" where wanted.`,
  positionals: { min: 1, max: Number.POSITIVE_INFINITY, missing: 'Which run, and which images?' },
  options: {
    top: { type: 'string', short: 'k', value: '<N>', help: `Classes to show of each image; default ${DEFAULT_TOP}.` },
    out: { type: 'string', short: 'o', value: '<file>', help: 'Write a table to a .csv or .jsonl file.' },
    watch: { type: 'boolean', help: 'Go on with images that come later.' },
    lines: { type: 'boolean', help: 'Answer JSON lines from stdin, for programs.' },
    ...viewsOptions,
    uncalibrated: { type: 'boolean', help: 'Leave the temperature out that is kept beside the model.' },
    ...engineOptions,
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
  },
  run: predict,
};

async function predict(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const [given, ...targets] = input.positionals as [string, ...string[]];
  const options = {
    topK: wholeNumber(input, 'top', 1) ?? DEFAULT_TOP,
    engine: engineOf(input),
    views: viewsOf(input),
    calibrated: input.values.uncalibrated !== true,
  };
  const lines = input.values.lines === true;
  if (!lines && targets.length === 0) {
    throw new UsageError('Which run, and which images?', `Usage: loupe ${predictVerb.name} ${predictVerb.usage}`);
  }
  const out = outOf(input);
  const { defaultRunsFolder, findSubject, runsFolderOf } = await import('./locate.ts');
  const runs = textOf(input, 'runs');
  const subject = await findSubject(given, runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs));
  if (lines) {
    const { answerLines } = await import('./predict-lines.ts');
    await answerLines(subject, options);
    return { json: null, text: '' };
  }
  if (input.values.watch === true) {
    const { watchFolders } = await import('./predict-watch.ts');
    return await watchFolders(subject, targets, { ...options, out }, terminal, input.values.json === true);
  }
  const { listImageFiles } = await import('./image-files.ts');
  const { describePredictions, reportPredictions } = await import('./predict-report.ts');
  const files = listImageFiles(targets);
  const { predictImages } = await import('../evaluation/predict.ts');
  const line = new ProgressLine(terminal);
  try {
    const result = await predictImages(subject, files, {
      ...options,
      onProgress: (done, total) =>
        line.report({ what: terminal.progress === 'json' ? 'predict' : 'Classifying', done, total }),
    });
    line.end();
    if (out) await writeTable(out, result.images, options.topK);
    const report = reportPredictions(subject, result);
    return {
      json: out ? { ...report, images: undefined, out } : report,
      text: describePredictions(report, terminal.out, out),
      exitCode: report.classified > 0 ? 0 : 1,
    };
  } finally {
    line.end();
  }
}

function outOf(input: VerbInput): string | null {
  const out = textOf(input, 'out');
  if (out === undefined) return null;
  if (/\.(csv|jsonl)$/i.test(out)) return out;
  throw new UsageError(`--out can't be "${out}".`, 'Name a file that ends with .csv or .jsonl.');
}

async function writeTable(
  file: string,
  images: Parameters<typeof import('../evaluation/prediction-table.ts').tableRows>[2],
  places: number,
): Promise<void> {
  const { tableFormat, tableHead, tableRows } = await import('../evaluation/prediction-table.ts');
  const { writeAtomic } = await import('../files.ts');
  const { fsProblem } = await import('../jobs/fs-problem.ts');
  const format = tableFormat(file) ?? 'jsonl';
  try {
    writeAtomic(file, tableHead(format, places) + tableRows(format, places, images));
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}
