import type { EvaluationReport, MetricName } from '../../src/protocol/evaluation.ts';
import { element } from '../ui/dom.ts';
import { count, figure, percent, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { interval } from './texts.ts';

type Text = (value: number | null) => string;

const share: Text = (value) => percent(value);
const number: Text = (value) => figure(value, 3);

const tiles: readonly (readonly [name: MetricName, label: string, text: Text, tip: string])[] = [
  ['accuracy', 'Accuracy', share, 'Share of images taken for their own class'],
  ['balancedAccuracy', 'Balanced accuracy', share, 'Mean recall of the classes: each counts alike'],
  ['f1Macro', 'F1 (macro)', share, 'Mean of the classes’ F1'],
  ['topK', 'Top-k accuracy', share, 'Share of images whose class is among the k likeliest'],
  [
    'rocAucMacro',
    'ROC AUC',
    number,
    'How well each class is told from the rest by its probability; mean of the classes',
  ],
  ['averagePrecisionMacro', 'Average precision', number, 'Area under precision and recall; mean of the classes'],
  ['kappa', 'Cohen’s kappa', number, 'Agreement beyond chance'],
  ['mcc', 'Matthews coefficient', number, 'Correlation of labels and predictions'],
  ['logLoss', 'Log loss', number, 'Mean cross-entropy in nats'],
  ['brier', 'Brier score', number, 'Mean squared distance of the probabilities from the truth'],
  ['ece', 'Calibration error', share, 'ECE: mean gap between confidence and accuracy in 15 bins'],
  ['f1Weighted', 'F1 (weighted)', share, 'Mean of the classes’ F1, weighted by their images'],
];

/** The figures one looks for first, each with its interval. */
export class Metrics {
  readonly root = element('section', { 'aria-label': 'Metrics', class: 'metrics' });

  show(report: EvaluationReport): void {
    const shown = tiles.filter(([name]) => name !== 'topK' || report.classes.length > report.k);
    this.root.replaceChildren(
      element('p', { class: 'about' }, summaryText(report)),
      element(
        'div',
        { class: 'figures' },
        ...shown.map(([name, label, text, tip]) => {
          const estimate = report.metrics[name];
          return element(
            'div',
            { class: 'tile', title: tip },
            element('div', { class: 'tile-label' }, name === 'topK' ? `Top-${report.k} accuracy` : label),
            element('div', { class: 'tile-value' }, text(estimate.value)),
            element('div', { class: 'tile-detail' }, interval(estimate, text)),
          );
        }),
      ),
      ...gains(report),
      ...notes(report),
    );
  }
}

function summaryText({ images, classes, used, intervals, cost }: EvaluationReport): string {
  const level = Math.round(intervals.level * 100);
  return `${plural(images, 'image')}, ${plural(classes.length, 'class', 'classes')}, ${used.views}. Below each figure its ${level}% interval (${count(intervals.samples)} ${intervals.stratified ? 'stratified ' : ''}resamples). ${count(cost.imagesPerSecond)} images/s on ${used.engine.label}.`;
}

/** What less work gives: single members, or no views. */
function gains({ alternatives, metrics, cost }: EvaluationReport): HTMLElement[] {
  if (alternatives.length === 0) return [];
  const row = (name: string, cells: (string | null)[], strong = false) =>
    element(
      'tr',
      { class: strong ? 'strong' : null },
      element('th', { scope: 'row' }, name),
      ...cells.map((cell) => element('td', {}, cell)),
    );
  const seconds = (value: number) => `${figure(value, 3)} s`;
  const points = (accuracy: number | null) => {
    if (accuracy === null || metrics.accuracy.value === null) return '';
    const gain = (metrics.accuracy.value - accuracy) * 100;
    return `${gain >= 0 ? '+' : '−'}${Math.abs(gain).toFixed(2)} points`;
  };
  return [
    element(
      'div',
      { class: 'table-scroll', tabindex: 0, role: 'group', 'aria-label': 'Gain and cost' },
      element(
        'table',
        { class: 'table gains' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['', 'Accuracy', 'Log loss', 'Predicting', 'Looks an image', 'All together gains'].map((title) =>
              element('th', { scope: 'col' }, title),
            ),
          ),
        ),
        element(
          'tbody',
          {},
          row(
            'All together',
            [
              percent(metrics.accuracy.value, 2),
              figure(metrics.logLoss.value, 3),
              seconds(cost.predictSeconds),
              String(cost.passes),
              '',
            ],
            true,
          ),
          ...alternatives.map(({ name, accuracy, logLoss, predictSeconds, passes }) =>
            row(name, [
              percent(accuracy, 2),
              figure(logLoss, 3),
              seconds(predictSeconds),
              String(passes),
              points(accuracy),
            ]),
          ),
        ),
      ),
    ),
  ];
}

function notes(report: EvaluationReport): HTMLElement[] {
  const { duplicates, used } = report;
  const texts = [...report.notes];
  if (duplicates.duplicates || duplicates.inTraining) {
    const trained = duplicates.inTraining ? `, ${plural(duplicates.inTraining, 'image')} the model was trained on` : '';
    texts.push(
      `${plural(duplicates.duplicates, 'repeated image')}${trained}. Without them accuracy is ${percent(duplicates.accuracy.value, 2)} (${interval(duplicates.accuracy)}) of ${plural(duplicates.images, 'image')}.`,
    );
  }
  if (used.unknownClasses.length) {
    const names = used.unknownClasses.map(({ name, images }) => `${name} (${count(images)})`);
    texts.push(`Left out: classes that the model does not know: ${names.join(', ')}.`);
  }
  for (const { cause, count: times } of used.skipped) texts.push(`${plural(times, 'image')} skipped: ${cause}.`);
  if (texts.length === 0) return [];
  return [
    element(
      'ul',
      { class: 'warnings' },
      ...texts.map((text) => element('li', {}, icon('info'), element('span', {}, text))),
    ),
  ];
}
