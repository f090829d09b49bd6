import path from 'node:path';
import type { WhichReport } from '../embedding/which-algorithm.ts';
import type { ComparedAlgorithm, RunBeside } from '../protocol/baseline.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { embeddingOptions, networkChoiceOf, weightsUsed } from './embed.ts';
import { count, duration, megabytes, percent, plural } from './format.ts';
import { keepReport, reportOptions } from './keep-report.ts';
import { defaultRunsFolder, runsFolderOf } from './locate.ts';
import { engineOf, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';
import { type Column, renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const featureNames = ['hog', 'color', 'hog-color'] as const;
type FeatureName = (typeof featureNames)[number];

/** An SVM's time grows with the square of the images. */
const LIMIT = 5000;

export const whichVerb: Verb = {
  name: 'which',
  usage: '<folder | manifest | idx file> [--weights <file or run>]',
  summary: 'Which algorithm fits? Compare logistic regression, SVMs, nearest neighbours and a forest on your images.',
  details: `Cross-validated in five folds, groups and copies kept together, on the features that --weights gives and on ones that need no network
(hog: shapes; color: a colour histogram; hog-color: both). Without --weights: hog-color. Runs that were trained on the same data are listed
beside them, with their test or validation accuracy. Compared by accuracy, time, memory, and by how far a decision can be explained.`,
  positionals: { min: 1, max: 1, missing: 'Which data set?' },
  options: {
    ...embeddingOptions,
    features: {
      type: 'string',
      multiple: true,
      value: `<${featureNames.join('|')}>`,
      help: 'Features that need no weights; may be repeated.',
    },
    limit: { type: 'string', value: '<N>', help: `Images at most, each class with its share; default ${LIMIT}.` },
    runs: { type: 'string', value: '<folder>', help: 'Runs to list beside; default: .loupe/runs here.' },
    seed: { type: 'string', value: '<N>', help: 'Of folds, sample and forest; default 42.' },
    ...reportOptions,
  },
  run: which,
};

async function which(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { whichAlgorithm } = await import('../embedding/which-algorithm.ts');
  const { recommendAlgorithm } = await import('../evaluation/classifiers/recommend.ts');
  const source = input.positionals[0] as string;
  const weights = textOf(input, 'weights');
  const skipped: { path: string; message: string }[] = [];
  const line = new ProgressLine(terminal);
  const json = terminal.progress === 'json';
  const started = performance.now();
  let report: WhichReport;
  try {
    report = await whichAlgorithm(source, {
      weights,
      ...networkChoiceOf(input),
      features: featuresOf(input, weights),
      limit: wholeNumber(input, 'limit', 10) ?? LIMIT,
      seed: wholeNumber(input, 'seed', 0) ?? 42,
      engine: engineOf(input),
      onScan: ({ seen, total }) => line.report({ what: json ? 'scan' : 'Scanning', done: seen, total }),
      onEmbed: (done, total) => line.report({ what: json ? 'embed' : 'Describing', done, total }),
      onCompare: (title, done, total) => line.report({ what: json ? 'compare' : title, done, total }),
      onSkipped: (file, message) => skipped.push({ path: file, message }),
    });
  } finally {
    line.end();
  }
  const runs = await runsOf(source, textOf(input, 'runs'));
  const recommendation = recommendAlgorithm(report.comparison.algorithms)?.text ?? '';
  const seconds = (performance.now() - started) / 1000;
  const { total, comparison, network } = report;
  const kept = await keepReport(input, {
    ...{
      kind: 'algorithms',
      source: path.resolve(source),
      root: report.source,
      images: total,
      classes: report.classes,
    },
    ...{ skipped, engine: report.engine, seconds },
    ...{ network: network && { ...network, weights: weightsUsed(network.weights) } },
    ...{ baseline: null, algorithms: { total, ...comparison, runs, recommendation }, plan: null },
  });
  return {
    json: { ...report, runs, recommendation, skipped, totalSeconds: seconds, report: kept.folder },
    text: describe(report, runs, recommendation, seconds, terminal.out) + kept.text,
  };
}

/** @throws UsageError */
function featuresOf(input: VerbInput, weights: string | undefined): FeatureName[] {
  const given = textsOf(input, 'features');
  if (given.length === 0) return weights === undefined ? ['hog-color'] : [];
  return [...new Set(given)].map((text) => {
    const name = featureNames.find((entry) => entry === text);
    if (name) return name;
    throw new UsageError(`--features can't be "${text}".`, `Use one of ${featureNames.join(', ')}.`);
  });
}

async function runsOf(source: string, folder: string | undefined): Promise<RunBeside[]> {
  const { listRuns } = await import('../jobs/list.ts');
  const { readJob } = await import('../jobs/read.ts');
  const { dataSourceOf } = await import('../jobs/data-root.ts');
  const { runs } = await listRuns(folder === undefined ? defaultRunsFolder('.') : runsFolderOf(folder));
  const wanted = path.resolve(source);
  return runs
    .filter((run) => run.state === 'done' && dataSourceOf(readJob(run.folder)) === wanted)
    .flatMap(besideOf)
    .sort((a, b) => b.accuracy - a.accuracy);
}

function besideOf(run: RunSummary): RunBeside[] {
  const { name, folder, architecture, testAccuracy, validationAccuracy, startedAt, endedAt } = run;
  const accuracy = testAccuracy ?? validationAccuracy;
  if (accuracy === null) return [];
  const seconds = startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1000;
  return [{ name, folder, architecture, accuracy, split: testAccuracy === null ? 'validation' : 'test', seconds }];
}

const columns: readonly Column[] = [
  { title: 'ALGORITHM' },
  { title: 'ON' },
  { title: 'ACCURACY (95 %)' },
  { title: 'FIT', align: 'right' },
  { title: 'AN IMAGE', align: 'right' },
  { title: 'MEMORY', align: 'right' },
  { title: 'EXPLAINED' },
];

function describe(
  { total, comparison }: WhichReport,
  runs: readonly RunBeside[],
  recommendation: string,
  seconds: number,
  colors: Style,
): string {
  const { images, folds, algorithms } = comparison;
  const of = images < total ? ` of ${count(total)}` : '';
  const words = new Map(algorithms.map(({ title, interpretability }) => [title, interpretability]));
  return [
    `${plural(images, 'image')}${of}, ${folds} folds, ${duration(seconds)}`,
    '',
    renderTable(columns, [...algorithms.map(rowOf), ...runs.map(runRowOf)]),
    '',
    ...[...words].map(([title, text]) => `${colors.bold(title)}: ${text}`),
    ...(runs.length > 0
      ? [
          'Accuracies of runs are of their own held-out images, not cross-validated: they are no exact peers of the others.',
        ]
      : []),
    '',
    recommendation,
  ].join('\n');
}

function rowOf({
  title,
  setting,
  features,
  accuracy,
  fitSeconds,
  predictMs,
  describeMs,
  bytes,
  clarity,
}: ComparedAlgorithm) {
  const { value, low, high } = accuracy;
  return [
    `${title} (${setting})`,
    features,
    `${percent(value)} (${percent(low)}–${percent(high)})`,
    fitSeconds < 10 ? `${fitSeconds.toFixed(2)} s` : duration(fitSeconds),
    `${describeMs === null ? '' : `${describeMs.toFixed(1)} + `}${predictMs.toFixed(2)} ms`,
    megabytes(bytes),
    '●'.repeat(clarity) + '○'.repeat(3 - clarity),
  ];
}

function runRowOf({ name, architecture, accuracy, split, seconds }: RunBeside): string[] {
  const trained = seconds === null ? '–' : duration(seconds);
  return [name, architecture, `${percent(accuracy)} (${split})`, trained, '', '', '●○○'];
}
