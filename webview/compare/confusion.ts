import type { PairDetail } from '../../src/protocol/compare.ts';
import { element } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { subtract } from './subtract.ts';

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
