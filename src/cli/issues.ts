import path from 'node:path';
import { isIssuesFolder } from '../jobs/issues-job.ts';
import {
  defaultThresholds,
  type FindingKind,
  type FindingThresholds,
  findingKinds,
  type LabelMode,
  labelModes,
  labelScores,
  labelSwitch,
} from '../protocol/findings.ts';
import { defaultIssuesSettings, type IssuesSettings } from '../protocol/issues.ts';
import { followIssues } from './issues-progress.ts';
import { engineOf, engineOptions, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const maps = ['umap', 'pca', 'none'] as const;
const modes = [...Object.keys(labelSwitch), ...labelModes];

export const issuesVerb: Verb = {
  name: 'issues',
  usage: '<folder | manifest | idx file | search> [--kinds label,near-duplicate …]',
  summary: 'Find what is wrong with the images and labels of a data set.',
  details: `Looks for ${findingKinds.join(', ')}.
Images are described by a pretrained network (--weights, else the best at hand without a download; with none, small networks
are trained on the images themselves), and labels are judged by classifiers that have not seen the image. Nothing is changed on disk.
What was found is kept in .loupe/issues, for the panels and for the next search, which looks only at what is new. A search that was
interrupted goes on when its folder is given.
--mode says which of the ranked images are called label issues: high-precision, high-recall, or one of
${labelModes.join(', ')}.`,
  positionals: { min: 1, max: 1, missing: 'Which data set?' },
  options: {
    weights: {
      type: 'string',
      short: 'w',
      value: '<file or run>',
      help: 'What describes the images: weights, a name of the zoo or a run; default: the best at hand.',
    },
    size: { type: 'string', value: '<pixels>', help: 'Side of the input, for a file of weights; default 128.' },
    kinds: { type: 'string', value: '<kind,kind …>', help: 'Only these kinds.' },
    thresholds: {
      type: 'string',
      multiple: true,
      short: 't',
      value: '<key=value>',
      help: `Another threshold, e.g. blurry=0.2; may be repeated. Keys: ${Object.keys(defaultThresholds).join(', ')}.`,
    },
    mode: { type: 'string', value: '<mode>', help: 'Which label issues count; default high-precision.' },
    score: { type: 'string', value: `<${labelScores.join('|')}>`, help: 'What ranks them; default self-confidence.' },
    budget: { type: 'string', value: '<N>', help: 'Images that you want to review; default 200.' },
    folds: { type: 'string', value: '<N>', help: 'Parts that are held out in turn; default 5.' },
    'no-embeddings': { type: 'boolean', help: 'Measure pixels only: no label issues, outliers and map.' },
    retrain: {
      type: 'string',
      value: '<config>',
      help: 'Judge labels by trainings of this *.loupe.json, one a fold: slow, and the surest.',
    },
    tune: {
      type: 'boolean',
      help: 'Judge labels also by the network of --weights, trained further on half of the images at a time: minutes, and surer than a probe alone.',
    },
    map: { type: 'string', value: `<${maps.join('|')}>`, help: 'Map of the images for the panels; default umap.' },
    seed: { type: 'string', value: '<N>', help: 'Of folds and map; default 42.' },
    workspace: {
      type: 'string',
      value: '<folder>',
      help: 'Folder whose .loupe holds searches, journal and runs; default: the current folder.',
    },
    ...engineOptions,
  },
  run: issues,
};

async function issues(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const target = path.resolve(input.positionals[0] as string);
  const folder = isIssuesFolder(target) ? target : await newSearch(target, input);
  const line = new ProgressLine(terminal);
  const follower = followIssues(folder, line);
  const signals = listenForSignals(() => line.line('Stopping; Ctrl-C again ends at once.'));
  try {
    const { runIssuesJob } = await import('../cleaning/job/run.ts');
    const outcome = await runIssuesJob(folder, { signal: signals.signal });
    follower.close();
    line.end();
    const { describeSearch } = await import('./issues-report.ts');
    return describeSearch(folder, outcome, terminal.out);
  } finally {
    signals.close();
    follower.close();
    line.end();
  }
}

async function newSearch(source: string, input: VerbInput): Promise<string> {
  const { createIssuesJob } = await import('../jobs/issues-job.ts');
  const { assertSearchable } = await import('../cleaning/job/settings.ts');
  const settings = settingsOf(input);
  assertSearchable(source, settings);
  const workspace = path.resolve(textOf(input, 'workspace') ?? '.');
  return createIssuesJob({ source, workspace, settings, engine: engineOf(input) });
}

/** @throws UsageError */
function settingsOf(input: VerbInput): IssuesSettings {
  const retrain = textOf(input, 'retrain');
  return {
    ...defaultIssuesSettings,
    weights: weightsOf(textOf(input, 'weights')),
    side: wholeNumber(input, 'size', 32) ?? null,
    kinds: kindsOf(textOf(input, 'kinds')),
    thresholds: thresholdsOf(textsOf(input, 'thresholds')),
    mode: modeOf(textOf(input, 'mode') ?? 'high-precision'),
    score: oneOf('score', textOf(input, 'score') ?? defaultIssuesSettings.score, labelScores),
    budget: wholeNumber(input, 'budget', 1) ?? defaultIssuesSettings.budget,
    folds: wholeNumber(input, 'folds', 2) ?? defaultIssuesSettings.folds,
    embeddings: input.values['no-embeddings'] !== true,
    retrain: retrain === undefined ? null : path.resolve(retrain),
    tune: input.values.tune === true,
    map: oneOf('map', textOf(input, 'map') ?? defaultIssuesSettings.map, maps),
    seed: wholeNumber(input, 'seed', 0) ?? defaultIssuesSettings.seed,
  };
}

/** A path is kept absolute, so that the search can go on from another folder; a name of the zoo stays. */
function weightsOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  return /[\\/.]/.test(given) ? path.resolve(given) : given;
}

function kindsOf(given: string | undefined): FindingKind[] {
  if (given === undefined) return [...findingKinds];
  return given.split(',').map((name) => oneOf('kinds', name.trim(), findingKinds));
}

function thresholdsOf(given: readonly string[]): FindingThresholds {
  const thresholds = { ...defaultThresholds };
  const keys = Object.keys(defaultThresholds) as (keyof FindingThresholds)[];
  for (const entry of given) {
    const [name = '', text = ''] = entry.split('=');
    const key = oneOf('thresholds', name.trim(), keys);
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) {
      throw new UsageError(`--thresholds can't be "${entry}".`, `Give a number: ${key}=${defaultThresholds[key]}.`);
    }
    thresholds[key] = value;
  }
  return thresholds;
}

function modeOf(given: string): LabelMode {
  if (given === 'high-precision' || given === 'high-recall') return labelSwitch[given];
  const mode = labelModes.find((name) => name === given);
  if (mode) return mode;
  throw new UsageError(`--mode can't be "${given}".`, `Use one of ${modes.join(', ')}.`);
}

function oneOf<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const name = names.find((entry) => entry === given);
  if (name) return name;
  throw new UsageError(`--${option} can't be "${given}".`, `Use one of ${names.join(', ')}.`);
}
