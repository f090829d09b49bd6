import path from 'node:path';
import { readEvaluationReport } from '../assess/evaluation-files.ts';
import { weightsKey, writeCalibration } from '../evaluation/predictor/calibration-file.ts';
import { readSubject } from '../evaluation/predictor/spec.ts';
import { EvaluationTracker, readEvaluationJob, subjectOf } from '../jobs/evaluation-job.ts';
import { jobFiles } from '../jobs/job.ts';
import type { Estimate, EvaluationReport, EvaluationSummary, MetricName } from '../protocol/evaluation.ts';
import type { JobOutcome } from '../training/job-session.ts';
import { count, duration, figure, fromHere, percent, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { VerbResult } from './verb.ts';

const SHOWN_CLASSES = 50;
const SHOWN_PAIRS = 5;
const SHOWN_SLICES = 5;

export interface EvaluationOutcome {
  outcome: JobOutcome;
  summary: EvaluationSummary;
  report: EvaluationReport | null;
}

export function readOutcome(folder: string, outcome: JobOutcome): EvaluationOutcome {
  const { summary } = new EvaluationTracker(folder).refreshWithEvents();
  return { outcome, summary, report: outcome === 'done' ? readEvaluationReport(folder) : null };
}

/** Keeps the temperature that the evaluation fitted beside the model. */
export function saveTemperature(folder: string, { temperature, used }: EvaluationReport): void {
  if (!temperature) return;
  const { views } = readEvaluationJob(folder);
  const spec = readSubject(subjectOf(folder));
  writeCalibration(subjectOf(folder), {
    version: 1,
    temperature: temperature.temperature,
    fittedOn:
      temperature.fittedOn === 'validation' ? "the run's validation images" : `${used.data.split ?? used.data.source}`,
    images: temperature.images,
    weights: weightsKey(
      used.members.map(({ weights }) => weights),
      { combine: spec.combine, views: views.name === 'none' ? spec.views : views },
    ),
  });
}

export function describeEvaluation({ outcome, summary, report }: EvaluationOutcome, colors: Style): VerbResult {
  const { folder } = summary;
  if (outcome === 'failed') {
    const message = summary.message ?? 'The evaluation failed.';
    const advice = summary.advice ?? '';
    return {
      json: { error: { code: 'evaluation-failed', message, advice }, evaluation: summary },
      text: [`${colors.red('Failed')}: ${message}`, ...(advice ? [advice] : [])].join('\n'),
      exitCode: 1,
    };
  }
  if (!report)
    return { json: { outcome, evaluation: summary }, text: `${colors.yellow('Stopped')}: nothing was kept.` };
  // Curves and bins are for charts: whoever wants them reads the file.
  const perClass = report.perClass.map(({ curves, ...rest }) => rest);
  const short = { ...report, perClass, macroRoc: undefined };
  return {
    json: { outcome, evaluation: summary, reportFile: path.join(folder, jobFiles.report), report: short },
    text: reportText(folder, report, colors),
  };
}

const shares: [name: MetricName, label: string][] = [
  ['accuracy', 'Accuracy'],
  ['balancedAccuracy', 'Balanced accuracy'],
  ['f1Macro', 'F1 (macro)'],
  ['precisionMacro', 'Precision (macro)'],
  ['recallMacro', 'Recall (macro)'],
  ['f1Weighted', 'F1 (weighted)'],
];
const numbers: [name: MetricName, label: string][] = [
  ['rocAucMacro', 'ROC AUC (macro)'],
  ['averagePrecisionMacro', 'Average precision (macro)'],
  ['logLoss', 'Log loss'],
  ['brier', 'Brier score'],
  ['ece', 'Calibration error (ECE)'],
  ['kappa', 'Cohen’s kappa'],
  ['mcc', 'Matthews coefficient'],
];

function reportText(folder: string, report: EvaluationReport, colors: Style): string {
  const { used, cost } = report;
  const data = used.data.split ? `its ${used.data.split} split` : used.data.source;
  return [
    `${colors.bold(used.subject.name)} on ${plural(report.images, 'image')} of ${data}, ${used.views}`,
    '',
    metricTable(report),
    '',
    classTable(report),
    ...confusedLines(report),
    ...weakLines(report, colors),
    ...duplicateLines(report, colors),
    ...temperatureLines(report),
    ...report.alternatives.map(
      ({ name, accuracy, logLoss, predictSeconds }) =>
        `${name}: accuracy ${percent(accuracy)}, log loss ${figure(logLoss)}, ${figure(predictSeconds)} s of predicting against ${figure(cost.predictSeconds)} s`,
    ),
    ...leftOutLines(report, colors),
    '',
    `${count(cost.imagesPerSecond)} images/s on ${used.engine.label}, ${duration(cost.seconds)}; kept in ${fromHere(folder)}`,
  ].join('\n');
}

function metricTable({ metrics, intervals, classes, k }: EvaluationReport): string {
  const level = `${Math.round(intervals.level * 100)}% INTERVAL`;
  return renderTable(
    [{ title: 'METRIC' }, { title: 'VALUE', align: 'right' }, { title: level, align: 'right' }],
    [
      ...shares.map(([name, label]) => row(label, metrics[name], percent)),
      ...(k > 1 && classes.length > k ? [row(`Top-${k} accuracy`, metrics.topK, percent)] : []),
      ...numbers.map(([name, label]) => row(label, metrics[name], figure)),
    ],
  );
}

function confusedLines({ confusedPairs, classes }: EvaluationReport): string[] {
  if (confusedPairs.length === 0) return [];
  const pairs = confusedPairs.slice(0, SHOWN_PAIRS).map(({ label, predicted, images, share }) => {
    return `  ${classes[label]} taken for ${classes[predicted]}: ${count(images)} (${percent(share)} of its images)`;
  });
  return ['', 'Most confused:', ...pairs];
}

function weakLines({ slices }: EvaluationReport, colors: Style): string[] {
  const weak = slices.filter((slice) => slice.weak);
  if (weak.length === 0) return [];
  const lines = weak.slice(0, SHOWN_SLICES).map(({ attribute, name, accuracy, images, rest, pValue }) => {
    return `  ${attribute}, ${name}: ${percent(accuracy.value)} of ${plural(images, 'image')}, the rest ${percent(rest)} (p = ${figure(pValue)})`;
  });
  return ['', colors.yellow('Weak slices (worse than the rest beyond chance):'), ...lines];
}

function duplicateLines({ duplicates: { duplicates, inTraining, accuracy, images } }: EvaluationReport, colors: Style) {
  if (!duplicates && !inTraining) return [];
  const trained = inTraining === null ? '' : `, ${plural(inTraining, 'image')} also trained on`;
  return [
    '',
    `${colors.yellow('Duplicates:')} ${plural(duplicates, 'repeated image')}${trained}; without them accuracy is ${percent(accuracy.value)} of ${plural(images, 'image')}.`,
  ];
}

function temperatureLines({ temperature, calibration }: EvaluationReport): string[] {
  if (!temperature) return [];
  const { temperature: value, fittedOn, after } = temperature;
  const where = fittedOn === 'same' ? 'these images' : 'the validation images';
  return [
    '',
    `Temperature ${figure(value)} (fitted on ${where}): log loss ${figure(calibration.logLoss)} → ${figure(after.logLoss)}, calibration error ${figure(calibration.ece)} → ${figure(after.ece)}`,
  ];
}

function leftOutLines({ used, notes }: EvaluationReport, colors: Style): string[] {
  const names = used.unknownClasses.map(({ name, images }) => `${name} (${count(images)})`);
  return [
    ...(names.length > 0
      ? ['', `${colors.yellow('Left out:')} classes that the model does not know: ${names.join(', ')}`]
      : []),
    ...used.skipped.map(({ cause, count: times }) => `${colors.yellow('Skipped')} ${plural(times, 'image')}: ${cause}`),
    ...notes.map((note) => `${colors.yellow('Note:')} ${note}`),
  ];
}

function row(label: string, { value, low, high }: Estimate, text: (value: number | null) => string): string[] {
  return [label, text(value), low === null ? '' : `${text(low)} – ${text(high)}`];
}

function classTable({ classes, perClass }: EvaluationReport): string {
  const right = 'right' as const;
  const rows = classes
    .map((name, k) => ({ name, report: perClass[k] }))
    .slice(0, SHOWN_CLASSES)
    .map(({ name, report }) => [
      name,
      count(report?.images ?? 0),
      percent(report?.precision.value ?? null),
      percent(report?.recall.value ?? null),
      percent(report?.f1.value ?? null),
      figure(report?.rocAuc.value ?? null),
    ]);
  const more = classes.length > SHOWN_CLASSES ? `\n… ${count(classes.length - SHOWN_CLASSES)} more classes` : '';
  const titles = ['IMAGES', 'PRECISION', 'RECALL', 'F1', 'ROC AUC'].map((title) => ({ title, align: right }));
  return renderTable([{ title: 'CLASS' }, ...titles], rows) + more;
}
