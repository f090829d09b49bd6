import path from 'node:path';
import { readEvaluationReport } from '../assess/evaluation-files.ts';
import { weightsKey, writeCalibration } from '../evaluation/predictor/calibration-file.ts';
import { readSubject } from '../evaluation/predictor/spec.ts';
import { EvaluationTracker, readEvaluationJob, subjectOf } from '../jobs/evaluation-job.ts';
import { jobFiles } from '../jobs/job.ts';
import type { Estimate, EvaluationReport, EvaluationSummary, MetricName } from '../protocol/evaluation.ts';
import type { JobOutcome } from '../training/job-session.ts';
import { count, duration, figure, percent, plural, shellPath } from './format.ts';
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
  const { used, intervals, temperature, calibration, cost } = report;
  const lines = [
    `${colors.bold(used.subject.name)} on ${plural(report.images, 'image')} of ${used.data.split ? `its ${used.data.split} split` : used.data.source}, ${used.views}`,
    '',
    renderTable(
      [
        { title: 'METRIC' },
        { title: 'VALUE', align: 'right' },
        { title: `${Math.round(intervals.level * 100)}% INTERVAL`, align: 'right' },
      ],
      [
        ...shares.map(([name, label]) => row(label, report.metrics[name], percent)),
        ...(report.k > 1 && report.classes.length > report.k
          ? [row(`Top-${report.k} accuracy`, report.metrics.topK, percent)]
          : []),
        ...numbers.map(([name, label]) => row(label, report.metrics[name], figure)),
      ],
    ),
    '',
    classTable(report),
  ];
  if (report.confusedPairs.length) {
    lines.push('', 'Most confused:');
    for (const { label, predicted, images, share } of report.confusedPairs.slice(0, SHOWN_PAIRS)) {
      lines.push(
        `  ${report.classes[label]} taken for ${report.classes[predicted]}: ${count(images)} (${percent(share)} of its images)`,
      );
    }
  }
  const weak = report.slices.filter((slice) => slice.weak);
  if (weak.length) {
    lines.push('', colors.yellow('Weak slices (worse than the rest beyond chance):'));
    for (const slice of weak.slice(0, SHOWN_SLICES)) {
      lines.push(
        `  ${slice.attribute}, ${slice.name}: ${percent(slice.accuracy.value)} of ${plural(slice.images, 'image')}, the rest ${percent(slice.rest)} (p = ${figure(slice.pValue)})`,
      );
    }
  }
  const { duplicates } = report;
  if (duplicates.duplicates || duplicates.inTraining) {
    lines.push(
      '',
      `${colors.yellow('Duplicates:')} ${plural(duplicates.duplicates, 'repeated image')}${duplicates.inTraining === null ? '' : `, ${plural(duplicates.inTraining, 'image')} also trained on`}; without them accuracy is ${percent(duplicates.accuracy.value)} of ${plural(duplicates.images, 'image')}.`,
    );
  }
  if (temperature) {
    lines.push(
      '',
      `Temperature ${figure(temperature.temperature)} (fitted on ${temperature.fittedOn === 'same' ? 'these images' : 'the validation images'}): log loss ${figure(calibration.logLoss)} → ${figure(temperature.after.logLoss)}, calibration error ${figure(calibration.ece)} → ${figure(temperature.after.ece)}`,
    );
  }
  for (const alternative of report.alternatives) {
    lines.push(
      `${alternative.name}: accuracy ${percent(alternative.accuracy)}, log loss ${figure(alternative.logLoss)}, ${figure(alternative.predictSeconds)} s of predicting against ${figure(cost.predictSeconds)} s`,
    );
  }
  if (used.unknownClasses.length) {
    const names = used.unknownClasses.map(({ name, images }) => `${name} (${count(images)})`);
    lines.push('', `${colors.yellow('Left out:')} classes that the model does not know: ${names.join(', ')}`);
  }
  for (const { cause, count: times } of used.skipped)
    lines.push(`${colors.yellow('Skipped')} ${plural(times, 'image')}: ${cause}`);
  for (const note of report.notes) lines.push(`${colors.yellow('Note:')} ${note}`);
  lines.push(
    '',
    `${count(cost.imagesPerSecond)} images/s on ${used.engine.label}, ${duration(cost.seconds)}; kept in ${shellPath(folder, path.relative(process.cwd(), folder))}`,
  );
  return lines.join('\n');
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
