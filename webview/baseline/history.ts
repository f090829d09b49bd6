import type { DataReportSummary, Share } from '../../src/protocol/baseline.ts';
import { element } from '../ui/dom.ts';
import { count, none, percent } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';
import { interval, kindText, networkText, timeText } from './texts.ts';

export interface HistoryListeners {
  onSelect(id: string): void;
  onDelete(id: string): void;
}

/** All that was measured on the data set, the newest first: to compare networks, and to go back. */
export class History {
  readonly root: HTMLElement;
  readonly #scroll = element('div', { class: 'table-scroll' });
  readonly #listeners: HistoryListeners;
  #shown = '';

  constructor(listeners: HistoryListeners) {
    this.#listeners = listeners;
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Kept reports' },
      element('h2', {}, 'Measured so far'),
      this.#scroll,
    );
  }

  show(reports: readonly DataReportSummary[], selected: string | null): void {
    const key = JSON.stringify([reports, selected]);
    if (key === this.#shown) return;
    this.#shown = key;
    const heads = ['By', 'Linear probe', 'Neighbours', 'Best algorithm', 'Images', 'When', ''];
    const numbers = new Set(['Linear probe', 'Neighbours', 'Images']);
    this.#scroll.replaceChildren(
      element(
        'table',
        { class: 'table', 'aria-label': 'Kept reports' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...heads.map((title) =>
              element('th', { scope: 'col', class: numbers.has(title) ? 'number' : null }, title),
            ),
          ),
        ),
        element('tbody', {}, ...reports.toReversed().map((report) => this.#row(report, report.id === selected))),
      ),
    );
  }

  #row(report: DataReportSummary, selected: boolean): HTMLElement {
    const { id, kind, probe, neighbours, best, images, createdAt } = report;
    const name = networkText(report);
    const link = element('button', { class: 'link', type: 'button', title: 'Show this report' }, name);
    link.addEventListener('click', () => this.#listeners.onSelect(id));
    const remove = button('', {
      appearance: 'icon',
      title: `Delete ${kindText(kind).toLowerCase()}, ${name}, ${timeText(createdAt)}`,
      icon: icon('trash'),
      onClick: () => this.#listeners.onDelete(id),
    });
    return element(
      'tr',
      { class: selected ? 'chosen' : null, 'aria-current': selected ? 'true' : null },
      element('th', { scope: 'row' }, link, element('span', { class: 'interval' }, kindText(kind))),
      element('td', { class: 'number' }, ...shareCell(probe)),
      element('td', { class: 'number' }, ...shareCell(neighbours)),
      element('td', {}, ...(best ? [`${best.title} `, ...shareCell(best.accuracy)] : [none])),
      element('td', { class: 'number' }, count(images)),
      element('td', { class: 'when' }, timeText(createdAt)),
      element('td', {}, remove),
    );
  }
}

function shareCell(share: Share | null): (HTMLElement | string)[] {
  if (!share) return [none];
  return [
    element('span', { class: 'share' }, percent(share.value)),
    element('span', { class: 'interval' }, interval(share)),
  ];
}
