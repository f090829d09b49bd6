import type { PairDetail } from '../../src/protocol/compare.ts';
import { element } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';

/** More classes than this are not read as a table; those with the largest changes are kept. */
const limit = 16;

export interface ConfusionPart {
  /** Positions in the classes, in the order shown. */
  classes: number[];
  /** [row][column] of those: the run's count minus the baseline's. */
  differences: number[][];
}

/** The run's confusions minus the baseline's, of the classes with the largest changes. */
export function subtract(
  detail: Pick<PairDetail, 'classes' | 'confusionA' | 'confusionB'>,
  most = limit,
): ConfusionPart {
  const { classes, confusionA, confusionB } = detail;
  const difference = (row: number, column: number) =>
    (confusionB[row]?.[column] ?? 0) - (confusionA[row]?.[column] ?? 0);
  const change = classes.map((_, at) =>
    classes.reduce((sum, _, other) => sum + Math.abs(difference(at, other)) + Math.abs(difference(other, at)), 0),
  );
  const kept = classes
    .map((_, at) => at)
    .sort((a, b) => change[b]! - change[a]! || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  return { classes: kept, differences: kept.map((row) => kept.map((column) => difference(row, column))) };
}

/** A table of the differences: on the diagonal more is better, elsewhere less is. */
export function confusionDifference(detail: PairDetail, names: { a: string; b: string }): HTMLElement {
  const { classes, differences } = subtract(detail);
  const most = Math.max(1, ...differences.flat().map(Math.abs));
  const left = detail.classes.length - classes.length;
  const head = element(
    'tr',
    {},
    element('th', { class: 'corner' }, 'label ↓ taken for →'),
    ...classes.map((at) => element('th', { scope: 'col' }, element('span', {}, detail.classes[at]!))),
  );
  const rows = differences.map((row, r) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, detail.classes[classes[r]!]!),
      ...row.map((value, c) =>
        cell(value, r === c, most, `${detail.classes[classes[r]!]} taken for ${detail.classes[classes[c]!]}`),
      ),
    ),
  );
  return element(
    'details',
    { open: true },
    element(
      'summary',
      {},
      element('h3', {}, 'Confusions, subtracted'),
      element('span', { class: 'quiet' }, `${names.b} minus ${names.a}, ${plural(detail.images, 'common image')}`),
    ),
    element(
      'div',
      { class: 'details-body scroll' },
      left > 0
        ? element(
            'p',
            { class: 'quiet' },
            `The ${classes.length} classes that changed most; ${plural(left, 'class', 'classes')} left out.`,
          )
        : null,
      element('table', { class: 'confusion' }, element('thead', {}, head), element('tbody', {}, ...rows)),
    ),
  );
}

function cell(value: number, diagonal: boolean, most: number, what: string): HTMLElement {
  const good = diagonal ? value > 0 : value < 0;
  const tone = value === 0 ? 'none' : good ? 'good' : 'bad';
  const node = element(
    'td',
    { class: `tone-${tone}${diagonal ? ' diagonal' : ''}`, title: `${what}: ${value > 0 ? '+' : ''}${value}` },
    value === 0 ? '·' : `${value > 0 ? '+' : '−'}${Math.abs(value)}`,
  );
  node.style.setProperty('--strength', `${Math.round((Math.abs(value) / most) * 60)}%`);
  return node;
}
