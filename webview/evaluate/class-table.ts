import type { EvaluatePanelState, ImageSelection } from '../../src/protocol/evaluate-panel.ts';
import type { Estimate, EvaluationReport } from '../../src/protocol/evaluation.ts';
import { element } from '../ui/dom.ts';
import { count, figure, percent } from '../ui/format.ts';
import { type ClassColumn, type ClassRow, sortRows } from './class-rows.ts';
import { interval } from './texts.ts';

const columns: readonly (readonly [column: ClassColumn, title: string])[] = [
  ['name', 'Class'],
  ['images', 'Images'],
  ['precision', 'Precision'],
  ['recall', 'Recall'],
  ['f1', 'F1'],
  ['rocAuc', 'ROC AUC'],
  ['averagePrecision', 'Avg. precision'],
];

export interface ClassListeners {
  onSort(sort: EvaluatePanelState['sort']): void;
  onPick(selection: ImageSelection): void;
  onCurve(label: number): void;
}

/** One row a class; every column sorts. */
export class ClassTable {
  readonly root: HTMLElement;
  readonly #listeners: ClassListeners;
  readonly #scroll = element('div', { class: 'table-scroll' });
  #sort: EvaluatePanelState['sort'];
  #report: EvaluationReport | null = null;

  constructor(sort: EvaluatePanelState['sort'], listeners: ClassListeners) {
    this.#sort = sort;
    this.#listeners = listeners;
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Classes' },
      element('h2', {}, 'Classes'),
      this.#scroll,
    );
  }

  show(report: EvaluationReport): void {
    this.#report = report;
    this.#draw(null);
  }

  #by(column: ClassColumn): void {
    const descending = this.#sort.column === column ? !this.#sort.descending : column !== 'name';
    this.#sort = { column, descending };
    this.#listeners.onSort(this.#sort);
    this.#draw(column);
  }

  #draw(focus: ClassColumn | null): void {
    const report = this.#report;
    if (!report) return;
    const { column: sorted, descending } = this.#sort;
    const heads = columns.map(([column, title]) => {
      const on = column === sorted;
      const sort = element(
        'button',
        { class: 'sort', type: 'button', title: `Sort by ${title.toLowerCase()}`, 'data-column': column },
        title,
        element('span', { class: 'sort-sign', 'aria-hidden': 'true' }, on ? (descending ? '↓' : '↑') : ''),
      );
      sort.addEventListener('click', () => this.#by(column));
      const direction = on ? (descending ? 'descending' : 'ascending') : null;
      return element('th', { scope: 'col', 'aria-sort': direction, class: column === 'name' ? null : 'number' }, sort);
    });
    const known = columns.find(([column]) => column === sorted)?.[0] ?? 'f1';
    const rows = sortRows(report, known, descending).map((row) => this.#row(row));
    this.#scroll.replaceChildren(
      element(
        'table',
        { class: 'table classes' },
        element('thead', {}, element('tr', {}, ...heads)),
        element('tbody', {}, ...rows),
      ),
    );
    if (focus) this.#scroll.querySelector<HTMLElement>(`[data-column="${focus}"]`)?.focus();
  }

  #row({ k, name, report }: ClassRow): HTMLElement {
    const missed = report.images - report.correct;
    const mistaken = report.predicted - report.correct;
    const link = (text: string, title: string, act: () => void) => {
      const node = element('button', { class: 'link', type: 'button', title }, text);
      node.addEventListener('click', act);
      return node;
    };
    const share = (estimate: Estimate) => this.#figure(estimate, (value) => percent(value));
    const area = (estimate: Estimate) => this.#figure(estimate, (value) => figure(value, 3));
    const misses = [
      missed > 0 &&
        link(`${count(missed)} missed`, `Images of ${name} taken for another class`, () =>
          this.#listeners.onPick({ kind: 'missed', label: k }),
        ),
      mistaken > 0 &&
        link(`${count(mistaken)} mistaken for it`, `Images of other classes taken for ${name}`, () =>
          this.#listeners.onPick({ kind: 'mistaken', predicted: k }),
        ),
    ];
    return element(
      'tr',
      {},
      element(
        'th',
        { scope: 'row' },
        link(name, `Show the curves of ${name}`, () => this.#listeners.onCurve(k)),
        element('span', { class: 'misses' }, ...misses),
      ),
      element('td', { class: 'number' }, count(report.images)),
      share(report.precision),
      share(report.recall),
      share(report.f1),
      area(report.rocAuc),
      area(report.averagePrecision),
    );
  }

  #figure(estimate: Estimate, text: (value: number | null) => string): HTMLElement {
    return element(
      'td',
      { class: 'number' },
      element('span', {}, text(estimate.value)),
      element('span', { class: 'interval' }, interval(estimate, text)),
    );
  }
}
