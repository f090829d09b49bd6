import type { EvaluationTarget } from '../protocol/evaluation.ts';
import { engineOf, engineOptions, viewsOf, viewsOptions, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const splits = ['validation', 'test', 'train'] as const;
const DEFAULT_TOP = 5;

export const evaluateVerb: Verb = {
  name: 'evaluate',
  usage: '<run> [folder | manifest | idx file] [--split validation|test|train]',
  summary: 'Measure a run on labelled images: every metric with its interval, confusion, calibration, weak slices.',
  details: `run is a run or predictor folder, or the name or id of one in --runs; or a TensorFlow.js layers model (a Teachable Machine export: its folder
or model.json), which is kept as a predictor with the classes and the scaling that its metadata.json names.
Without a folder the run's own split is measured: test where there is one, else validation.
A folder's classes are matched by name; images of classes that the model does not know are left out and told.
The result is kept in <run>/evaluations/: report.json, predictions.jsonl, images.json.
An evaluation folder in place of the run does what its job.json says (for programs).`,
  positionals: { min: 1, max: 2, missing: 'Which run?' },
  options: {
    split: { type: 'string', value: `<${splits.join('|')}>`, help: "Images of the run's own split." },
    ...viewsOptions,
    top: { type: 'string', short: 'k', value: '<N>', help: `Of top-k accuracy; default ${DEFAULT_TOP}.` },
    samples: { type: 'string', value: '<N>', help: 'Resamples of the intervals; default 1000.' },
    seed: { type: 'string', value: '<N>', help: 'Of the resamples; default 42.' },
    stratified: { type: 'boolean', help: 'Resample each class by itself.' },
    'save-temperature': {
      type: 'boolean',
      help: 'Keep the fitted temperature beside the model: predict then gives calibrated probabilities.',
    },
    ...engineOptions,
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
  },
  run: evaluate,
};

async function evaluate(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { folder, created } = await evaluationFolder(input);
  const { describeEvaluation, readOutcome, saveTemperature } = await import('./evaluate-report.ts');
  const line = new ProgressLine(terminal);
  const signals = listenForSignals(() => line.line('Stopping after this batch; Ctrl-C again ends at once.'));
  const { followJob } = await import('../jobs/follow.ts');
  const { EvaluationTracker } = await import('../jobs/evaluation-job.ts');
  const follower = followJob(
    folder,
    { makeTracker: () => new EvaluationTracker(folder), goneCode: 'not-an-evaluation' },
    {
      update({ summary: { progress } }) {
        if (!progress) return;
        const what =
          terminal.progress === 'json' ? progress.what : progress.what === 'scan' ? 'Scanning' : 'Evaluating';
        line.report({ what, done: progress.done, total: progress.total });
      },
    },
    { pollMs: 200 },
  );
  try {
    const { runEvaluationJob } = await import('../assess/run-evaluation.ts');
    const outcome = await runEvaluationJob(folder, { signal: signals.signal });
    follower.close();
    line.end();
    const result = readOutcome(folder, outcome);
    if (result.report && input.values['save-temperature'] === true) saveTemperature(folder, result.report);
    return describeEvaluation(result, terminal.out);
  } catch (error) {
    if (created) await removeEmpty(folder);
    throw error;
  } finally {
    follower.close();
    signals.close();
    line.end();
  }
}

/** The folder of the evaluation that is asked for: made now, or given as it is. */
async function evaluationFolder(input: VerbInput): Promise<{ folder: string; created: boolean }> {
  const { createEvaluation, defaultIntervals, isEvaluationFolder } = await import('../jobs/evaluation-job.ts');
  const [given, source] = input.positionals as [string, string | undefined];
  if (isEvaluationFolder(given)) return { folder: given, created: false };
  const { defaultRunsFolder, findSubject, runsFolderOf } = await import('./locate.ts');
  const runs = textOf(input, 'runs');
  const wanted = {
    views: viewsOf(input),
    engine: engineOf(input),
    intervals: {
      ...defaultIntervals,
      samples: wholeNumber(input, 'samples', 10) ?? defaultIntervals.samples,
      seed: wholeNumber(input, 'seed', 0) ?? defaultIntervals.seed,
      stratified: input.values.stratified === true,
    },
    k: wholeNumber(input, 'top', 1) ?? DEFAULT_TOP,
  };
  const splitName = splitOf(input, source);
  const subject = await findSubject(given, runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs));
  const target = await targetOf(subject, source, splitName);
  return { folder: createEvaluation(subject, { target, ...wanted }), created: true };
}

function splitOf(input: VerbInput, source: string | undefined): (typeof splits)[number] | undefined {
  const given = textOf(input, 'split');
  if (given === undefined) return undefined;
  if (source !== undefined) throw new UsageError('--split does not go with a folder.', 'Give one of the two.');
  const split = splits.find((name) => name === given);
  if (!split) throw new UsageError(`--split can't be "${given}".`, `Use one of ${splits.join(', ')}.`);
  return split;
}

async function targetOf(
  subject: string,
  source: string | undefined,
  split: (typeof splits)[number] | undefined,
): Promise<EvaluationTarget> {
  if (source !== undefined) {
    const path = await import('node:path');
    return { kind: 'folder', source: path.resolve(source) };
  }
  const { defaultSplit } = await import('../assess/default-split.ts');
  return { kind: 'split', split: split ?? defaultSplit(subject) };
}

/** An evaluation that was refused before it began leaves nothing behind. */
async function removeEmpty(folder: string): Promise<void> {
  const fs = await import('node:fs');
  fs.rmSync(folder, { recursive: true, force: true });
}
