import type { RunSummary } from '../protocol/runs.ts';
import { recipeOf, recipeOptions, setOption } from './config-options.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const trainVerb: Verb = {
  name: 'train',
  usage: '<data folder | file.loupe.json | run folder> [--set key=value …]',
  summary: 'Train a classifier, or go on with a run.',
  details: `A data folder (or manifest, or IDX file) is trained on with the defaults, a recipe and what --set changes.
A run folder goes on from its last checkpoint; with --epochs N it is trained for N epochs more.
Ctrl-C stops at the next step and keeps everything; a second Ctrl-C ends at once.
Recipes: quick, small-images, ten-minutes …, see loupe recipes. Settings: training.epochs=5, model.architecture=resnet18 …`,
  positionals: { min: 1, max: 1, missing: 'What to train on?' },
  options: {
    set: setOption,
    ...recipeOptions,
    name: { type: 'string', value: '<name>', help: 'What the run is called.' },
    epochs: { type: 'string', value: '<N>', help: 'Epochs to train; of a run folder: epochs to add.' },
    runs: { type: 'string', value: '<folder>', help: 'Where to keep runs; default: .loupe/runs here.' },
    queued: {
      type: 'boolean',
      help: 'Of a run folder: start it only if it is still queued (for programs that keep a queue).',
    },
  },
  run: train,
};

async function train(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { createRun, continueOrResume } = await import('./train-target.ts');
  const { isRunFolder } = await import('../jobs/read.ts');
  const { readSummary } = await import('../jobs/list.ts');
  const target = input.positionals[0] as string;
  const epochs = epochsOf(input);
  let folder: string;
  if (isRunFolder(target)) {
    rejectForRun(input);
    folder = target;
    if (input.values.queued !== true) continueOrResume(folder, epochs);
    else {
      const run = readSummary(folder);
      if (run.state !== 'queued') return notQueued(run);
    }
  } else {
    if (input.values.queued === true) throw new UsageError('--queued needs a run folder.', 'Leave it out.');
    folder = await createRun(target, {
      sets: textsOf(input, 'set'),
      recipe: recipeOf(input),
      name: textOf(input, 'name'),
      runs: textOf(input, 'runs'),
      epochs,
    });
  }
  return await trainWithProgress(folder, terminal);
}

/** Does the job of a run's folder, with its progress on one line; Ctrl-C stops it at the next step. */
export async function trainWithProgress(folder: string, terminal: Terminal): Promise<VerbResult> {
  const { followTraining } = await import('./train-progress.ts');
  const { describeOutcome } = await import('./train-outcome.ts');
  const line = new ProgressLine(terminal);
  const follower = followTraining(folder, line, terminal.err);
  const signals = listenForSignals(() => line.line('Stopping at the next step; Ctrl-C again ends at once.'));
  try {
    const { runTrainJob } = await import('../training/run-job.ts');
    const outcome = await runTrainJob(folder, { signal: signals.signal });
    await follower.finish();
    return describeOutcome(folder, outcome, terminal.out);
  } finally {
    signals.close();
    follower.close();
    line.end();
  }
}

/** Cancelled, or started by someone else, since the caller last looked. */
function notQueued(run: RunSummary): VerbResult {
  return { json: { outcome: 'not-queued', run }, text: `${run.name} is ${run.state}, not queued: not started.` };
}

function epochsOf(input: VerbInput): number | undefined {
  const text = textOf(input, 'epochs');
  if (text === undefined) return undefined;
  const epochs = Number(text);
  if (Number.isInteger(epochs) && epochs > 0) return epochs;
  throw new UsageError(`--epochs can't be "${text}".`, 'Give a whole number of at least 1.');
}

function rejectForRun(input: VerbInput): void {
  for (const name of ['set', 'recipe', 'preset', 'name', 'runs']) {
    if (input.values[name] === undefined) continue;
    throw new UsageError(
      `--${name} can't change a run that exists.`,
      'A run keeps its settings: start a new one, or add epochs with --epochs.',
    );
  }
}
