import path from 'node:path';
import { Problem } from '../problem.ts';
import type { PayoffChange, PayoffReport } from '../protocol/payoff.ts';
import { recipeOf } from './config-options.ts';
import { percent, plural } from './format.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

/** Share of the images held out where neither the source nor the config holds any out. */
const TEST_SHARE = 0.2;

export const payoffVerb: Verb = {
  name: 'payoff',
  usage: '<data | config.loupe.json | payoff folder> [--seeds N]',
  summary: 'Train with and without the label edits, with equal seeds, and say whether cleaning has paid.',
  details: `Both hold out the same images, which are measured with the labels that the edits say; excluded ones measure nothing. The change comes with an
interval over images and seeds, for all held-out images and for those that a person has confirmed or relabelled. The runs are runs as any
other, tagged payoff, to be compared in the editor or with loupe compare. A payoff that was stopped goes on when its folder is given.`,
  positionals: { min: 1, max: 1, missing: 'The payoff of cleaning which data, trained how?' },
  options: {
    seeds: { type: 'string', value: '<N>', help: 'Trainings of each kind, 2 or more tell luck apart; default 3.' },
    test: {
      type: 'string',
      value: '<share>',
      help: `Held out to measure on where neither source nor config does; default ${TEST_SHARE}.`,
    },
    epochs: { type: 'string', short: 'e', value: '<N>', help: 'Epochs of each training.' },
    recipe: { type: 'string', short: 'r', value: '<name>', help: 'Of a data source: start from a recipe.' },
    set: { type: 'string', multiple: true, value: '<path=value>', help: 'A setting, as for loupe train.' },
  },
  run: payoff,
};

async function payoff(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { isPayoffFolder } = await import('../cleaning/payoff/job.ts');
  const target = input.positionals[0] as string;
  const folder = isPayoffFolder(target) ? path.resolve(target) : await create(target, input);
  const { runPayoff } = await import('../cleaning/payoff/payoff.ts');
  const { followTraining } = await import('./train-progress.ts');
  const line = new ProgressLine(terminal);
  const json = terminal.progress === 'json';
  const stop = listenForSignals(() => line.line('Stopping at the next step; Ctrl-C again ends at once.'));
  let follower: ReturnType<typeof followTraining> | null = null;
  try {
    const report = await runPayoff(folder, {
      signal: stop.signal,
      onProgress: ({ seen, total }) => line.report({ what: json ? 'scan' : 'Scanning', done: seen, total }),
      onRun: (run, number, total) => {
        follower?.close();
        if (json) line.report({ what: 'payoff', done: number, total, fields: { arm: run.arm, seed: run.seed } });
        line.line(`Training ${number} of ${total}: ${run.arm} cleaning, seed ${run.seed}`);
        follower = followTraining(run.folder, line, terminal.err);
      },
    });
    line.end();
    return { json: report, text: describe(report) };
  } catch (error) {
    if (!stop.signal.aborted || (error instanceof Problem && error.code !== 'payoff-stopped')) throw error;
    throw new Problem('payoff-stopped', 'Stopped; nothing is lost.', `Go on with: loupe payoff ${folder}`);
  } finally {
    stop.close();
    (follower as ReturnType<typeof followTraining> | null)?.close();
    line.end();
  }
}

async function create(target: string, input: VerbInput): Promise<string> {
  const { configOf } = await import('./train-target.ts');
  const { createPayoff } = await import('../cleaning/payoff/payoff.ts');
  const { defaultRunsFolder } = await import('./locate.ts');
  const { config, base } = await configOf(target, {
    sets: textsOf(input, 'set'),
    recipe: recipeOf(input),
    name: undefined,
    epochs: numberOf(input, 'epochs', { least: 1, most: 10_000, whole: true }),
  });
  const seeds = numberOf(input, 'seeds', { least: 1, most: 100, whole: true }) ?? 3;
  const test = numberOf(input, 'test', { least: 0.01, most: 0.9, whole: false }) ?? (config.data.test || TEST_SHARE);
  const held = { ...config, data: { ...config.data, test } };
  return createPayoff(path.dirname(defaultRunsFolder('.')), held, base, seeds);
}

function numberOf(
  input: VerbInput,
  name: string,
  { least, most, whole }: { least: number; most: number; whole: boolean },
): number | undefined {
  const text = textOf(input, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new UsageError(
    `--${name} can't be "${text}".`,
    `Give a ${whole ? 'whole ' : ''}number of ${least} to ${most}.`,
  );
}

function describe({ edits, seeds, heldOut, verified, notes, runs, folder }: PayoffReport): string {
  const { relabelled, labelled, excluded } = edits;
  const folders = runs.flatMap((run) => run.folder ?? []);
  return [
    `Edits: ${relabelled} relabelled, ${labelled} newly labelled, ${excluded} excluded. ${plural(seeds.length, 'seed')}.`,
    '',
    `Held-out images:  ${changeText(heldOut)}`,
    `Verified by you:  ${changeText(verified)}`,
    ...notes.map((note) => `\n${note}`),
    '',
    `loupe compare ${folders.map((run) => path.basename(run)).join(' ')}`,
    `Report: ${path.join(folder, 'report.json')}`,
  ].join('\n');
}

function changeText(change: PayoffChange | null): string {
  if (!change) return 'nothing to measure on';
  return `${percent(change.before)} before, ${percent(change.after)} after (${plural(change.images, 'image')}). ${change.text}`;
}
