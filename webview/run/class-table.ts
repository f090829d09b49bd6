import type { ClassFigures } from '../../src/protocol/run-panel.ts';
import { element } from '../ui/dom.ts';
import { count, percent } from '../ui/format.ts';
import { classRows } from './class-rows.ts';

/** How the saved weights do on each class of the validation images. */
export function classTable(figures: ClassFigures, names: readonly string[]): HTMLElement {
  const rows = classRows(figures, names).map(({ name, images, recall, precision, f1 }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row', title: name }, name),
      element('td', {}, count(images)),
      element('td', {}, recall !== null && shareBar(recall), text(recall)),
      element('td', {}, text(precision)),
      element('td', {}, text(f1)),
    ),
  );
  const titles = ['Class', 'Images', 'Recall', 'Precision', 'F1'];
  return element(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': 'Figures of each class' },
    element(
      'table',
      { class: 'figures-table' },
      element('caption', {}, `Validation images, weights of epoch ${count(figures.epoch)}`),
      element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))),
      element('tbody', {}, ...rows),
    ),
  );
}

function text(share: number | null): string {
  return share === null ? '–' : percent(share);
}

function shareBar(share: number): HTMLElement {
  const fill = element('span', { class: 'share-fill' });
  fill.style.width = `${(share * 100).toFixed(1)}%`;
  return element('span', { class: 'share-bar', 'aria-hidden': 'true' }, fill);
}
