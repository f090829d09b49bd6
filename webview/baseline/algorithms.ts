import type { AlgorithmReport, ComparedAlgorithm } from '../../src/protocol/baseline.ts';
import type { AlgorithmColumn } from '../../src/protocol/baseline-panel.ts';
import { element, setText } from '../ui/dom.ts';
import { count, duration, none, percent, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { shareBar } from '../ui/share-bar.ts';
import { SortableTable, type TableColumn } from '../ui/sortable-table.ts';
import type { Sorting } from '../ui/sorting.ts';
import { bytesText, interval } from './texts.ts';

/** Below this p the most accurate one is called better. */
const ALPHA = 0.05;

const clarities = { 1: 'hardly', 2: 'partly', 3: 'well' } as const;

const algorithmColumns: readonly TableColumn<ComparedAlgorithm, AlgorithmColumn>[] = [
  { id: 'title', title: 'Algorithm', value: ({ title }) => title, cell: nameCell },
  { id: 'features', title: 'Sees', value: ({ features }) => features, cell: ({ features }) => features },
  {
    ...{ id: 'accuracy', title: 'Accuracy', number: true, largestFirst: true },
    value: ({ accuracy }) => accuracy.value,
    cell: accuracyCell,
  },
  {
    ...{ id: 'fit', title: 'Fit', number: true },
    value: ({ fitSeconds }) => fitSeconds,
    cell: ({ fitSeconds }) => secondsText(fitSeconds),
  },
  { id: 'predict', title: 'An image', number: true, value: predictMs, cell: predictCell },
  { id: 'memory', title: 'Memory', number: true, value: ({ bytes }) => bytes, cell: ({ bytes }) => bytesText(bytes) },
  { id: 'clarity', title: 'Explained', largestFirst: true, value: ({ clarity }) => clarity, cell: clarityCell },
];

export interface AlgorithmListeners {
  onSort(sorting: Sorting<AlgorithmColumn>): void;
  onOpenRun(folder: string): void;
}

/** Which algorithm fits: accuracy, time, memory and how far a decision can be explained. */
export class Algorithms {
  readonly root: HTMLElement;
  readonly #table: SortableTable<ComparedAlgorithm, AlgorithmColumn>;
  readonly #about = element('p', { class: 'quiet' });
  readonly #recommendation = element('p', { class: 'recommendation-text' });
  readonly #runs = element('div', { class: 'beside' });
  readonly #listeners: AlgorithmListeners;

  constructor(sorting: Sorting<AlgorithmColumn>, listeners: AlgorithmListeners) {
    this.#listeners = listeners;
    this.#table = new SortableTable({
      ...{ label: 'Algorithms', columns: algorithmColumns, sorting, onSort: listeners.onSort },
      className: ({ p }) => (p >= ALPHA ? null : 'worse'),
    });
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Which algorithm fits?' },
      element('h2', {}, 'Which algorithm fits?'),
      element('div', { class: 'recommendation' }, icon('check'), this.#recommendation),
      this.#about,
      this.#table.root,
      this.#runs,
    );
  }

  show({ total, images, folds, algorithms, runs, recommendation }: AlgorithmReport): void {
    setText(this.#recommendation, recommendation);
    const of = images < total ? ` of ${count(total)}` : '';
    setText(
      this.#about,
      `Cross-validated on ${count(images)}${of} images in ${folds} folds; intervals are of 95 %. Grey: surely less accurate than the best.`,
    );
    this.#table.show(algorithms);
    this.#showRuns(runs);
  }

  #showRuns(runs: AlgorithmReport['runs']): void {
    const items = runs.map(({ name, folder, architecture, accuracy, split, seconds }) => {
      const link = element('button', { class: 'link', type: 'button', title: 'Open this run' }, name);
      link.addEventListener('click', () => this.#listeners.onOpenRun(folder));
      const trained = seconds === null ? '' : `, trained in ${duration(seconds)}`;
      return element('li', {}, link, ` ${architecture}: ${percent(accuracy)} (${split})${trained}`);
    });
    this.#runs.replaceChildren(
      ...(items.length > 0
        ? [
            element('h3', {}, `${plural(runs.length, 'trained run')} of the same data`),
            element('ul', { class: 'beside-list' }, ...items),
            element('p', { class: 'quiet' }, 'Measured on their own held-out images: no exact peers of the table.'),
          ]
        : []),
    );
  }
}

function nameCell({ title, setting, p }: ComparedAlgorithm): HTMLElement[] {
  return [
    element('span', {}, title),
    element('span', { class: 'interval' }, p === 1 ? `${setting} · most accurate` : setting),
  ];
}

function accuracyCell({ accuracy }: ComparedAlgorithm): HTMLElement[] {
  return [
    shareBar(accuracy),
    element('span', { class: 'beside-bar' }, percent(accuracy.value)),
    element('span', { class: 'interval' }, interval(accuracy)),
  ];
}

function clarityCell({ clarity, interpretability }: ComparedAlgorithm): HTMLElement[] {
  return [
    element('span', { 'aria-hidden': 'true' }, '●'.repeat(clarity) + '○'.repeat(3 - clarity)),
    element('span', {}, ` ${clarities[clarity]}`),
    element('span', { class: 'interval explained' }, interpretability),
  ];
}

function predictMs({ describeMs, predictMs: own }: ComparedAlgorithm): number {
  return (describeMs ?? 0) + own;
}

function predictCell({ describeMs, predictMs: own }: ComparedAlgorithm): (HTMLElement | string)[] {
  const rest = describeMs === null ? 'features were there' : `${describeMs.toFixed(1)} ms features`;
  return [own < 0.01 ? '<0.01 ms' : `${own.toFixed(2)} ms`, element('span', { class: 'interval' }, rest)];
}

function secondsText(seconds: number): string {
  if (!Number.isFinite(seconds)) return none;
  return seconds < 10 ? `${seconds.toFixed(2)} s` : duration(seconds);
}
