import type { EvaluatePanelState, ImageSelection } from '../../src/protocol/evaluate-panel.ts';
import type { EvaluationReport } from '../../src/protocol/evaluation.ts';
import { segments } from '../ui/controls.ts';
import { element, setAttribute } from '../ui/dom.ts';
import { count, percent, plural } from '../ui/format.ts';
import { roveOver, setStops } from '../ui/roving.ts';
import { type MatrixCell, matrixData } from './matrix-data.ts';

export interface MatrixListeners {
  onChange(change: Partial<EvaluatePanelState>): void;
  onPick(selection: ImageSelection): void;
}

/** Labels down, predictions across; every cell with images is a button that shows them. */
export class ConfusionMatrix {
  readonly root: HTMLElement;
  readonly #listeners: MatrixListeners;
  readonly #grid = element('div', { class: 'matrix-scroll' });
  readonly #pairs = element('div', { class: 'pairs' });
  #settings: Pick<EvaluatePanelState, 'matrix' | 'order'>;
  #report: EvaluationReport | null = null;
  #buttons: HTMLElement[] = [];
  #columns = 1;

  constructor(settings: Pick<EvaluatePanelState, 'matrix' | 'order'>, listeners: MatrixListeners) {
    this.#settings = { matrix: settings.matrix, order: settings.order };
    this.#listeners = listeners;
    const values = [
      ['counts', 'Images'],
      ['rows', '% of label'],
      ['columns', '% of predicted'],
    ] as const;
    const orders = [
      ['similarity', 'Similarity'],
      ['classes', 'Name'],
    ] as const;
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Confusion matrix' },
      element('h2', {}, 'Confusion matrix'),
      element(
        'div',
        { class: 'toolbar' },
        segments('Show', 'matrix', values, this.#settings.matrix, (matrix) => this.#change({ matrix })),
        segments('Order', 'order', orders, this.#settings.order, (order) => this.#change({ order })),
      ),
      this.#grid,
      this.#pairs,
    );
    roveOver(
      this.#grid,
      () => this.#buttons,
      () => this.#columns,
    );
  }

  show(report: EvaluationReport): void {
    this.#report = report;
    this.#draw();
    this.#showPairs(report);
  }

  /** Rings the cell whose images are shown. */
  mark(selection: ImageSelection): void {
    for (const node of this.#buttons) {
      const { label, predicted } = node.dataset;
      const on =
        selection.kind === 'cell' && label === String(selection.label) && predicted === String(selection.predicted);
      setAttribute(node, 'aria-pressed', String(on));
    }
  }

  #change(change: Partial<Pick<EvaluatePanelState, 'matrix' | 'order'>>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#listeners.onChange(change);
    this.#draw();
  }

  #draw(): void {
    const report = this.#report;
    if (!report) return;
    const { order, cells, hidden } = matrixData(report, this.#settings);
    const { classes } = report;
    this.#columns = order.length;
    this.#buttons = [];
    const head = element(
      'tr',
      {},
      element('td', { class: 'corner' }, 'label ↓ predicted →'),
      ...order.map((k) =>
        element('th', { scope: 'col', title: classes[k] }, element('span', { class: 'column-name' }, classes[k] ?? '')),
      ),
    );
    const rows = cells.map((row, at) => {
      const name = classes[order[at] as number] ?? '';
      return element(
        'tr',
        {},
        element('th', { scope: 'row', title: name }, element('span', { class: 'row-name' }, name)),
        ...row.map((cell) => element('td', {}, this.#cell(cell, classes))),
      );
    });
    const table = element(
      'table',
      { class: order.length > 16 ? 'matrix matrix-dense' : 'matrix', 'aria-label': 'Labels down, predictions across' },
      element('thead', {}, head),
      element('tbody', {}, ...rows),
    );
    this.#grid.replaceChildren(
      table,
      ...(hidden > 0
        ? [
            element(
              'p',
              { class: 'more' },
              `The ${order.length} classes that are confused most; ${plural(hidden, 'more', 'more')}.`,
            ),
          ]
        : []),
    );
    setStops(this.#buttons, this.#buttons[0]);
  }

  #cell(cell: MatrixCell, classes: readonly string[]): HTMLElement {
    const { label, predicted, images, share } = cell;
    const right = label === predicted;
    const text =
      images === 0 ? '' : this.#settings.matrix === 'counts' ? count(images) : percent(share, share < 0.1 ? 1 : 0);
    const name = right
      ? `${classes[label]}: ${plural(images, 'image')} right, ${percent(share)}`
      : `${classes[label]} taken for ${classes[predicted]}: ${plural(images, 'image')}, ${percent(share)}`;
    const node = element(
      'button',
      {
        class: right ? 'cell cell-right' : 'cell',
        type: 'button',
        title: name,
        'aria-label': name,
        'aria-pressed': 'false',
        'aria-disabled': images === 0 ? 'true' : null,
        'data-label': label,
        'data-predicted': predicted,
      },
      text,
    );
    node.style.setProperty('--share', String(Math.sqrt(share)));
    node.addEventListener('click', () => {
      if (images > 0) this.#listeners.onPick({ kind: 'cell', label, predicted });
    });
    this.#buttons.push(node);
    return node;
  }

  #showPairs({ confusedPairs, classes }: EvaluationReport): void {
    const links = confusedPairs.slice(0, 8).map(({ label, predicted, images, share }) => {
      const link = element('button', { class: 'link', type: 'button' }, `${classes[label]} → ${classes[predicted]}`);
      link.addEventListener('click', () => this.#listeners.onPick({ kind: 'cell', label, predicted }));
      return element('li', {}, link, ` ${count(images)} (${percent(share, 0)} of its images)`);
    });
    this.#pairs.replaceChildren(
      ...(links.length ? [element('h3', {}, 'Most confused'), element('ul', { class: 'pair-list' }, ...links)] : []),
    );
  }
}
