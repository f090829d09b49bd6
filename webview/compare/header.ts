import type { CompareRunsMessage, CompareScope } from '../../src/protocol/compare-panel.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';

export interface HeaderListeners {
  scope(scope: CompareScope): void;
  saveView(): void;
  openView(name: string): void;
  deleteView(name: string): void;
  export(format: 'csv' | 'md' | 'png'): void;
  addForeign(): void;
  clearBrushes(): void;
}

const typingMs = 350;

/** Which runs are compared, saved views, and where the comparison goes. */
export class Header {
  readonly root: HTMLElement;
  readonly #title = element('h1', {}, 'Compare');
  readonly #count = element('span', { class: 'quiet', role: 'status' });
  readonly #query = element('input', {
    type: 'text',
    id: 'query',
    class: 'query',
    spellcheck: 'false',
    placeholder: 'all runs, or: val_accuracy > 0.9 and tag = "aug"',
    'aria-describedby': 'query-problem',
  });
  readonly #problem = element('p', { class: 'problem', id: 'query-problem', role: 'alert', hidden: true });
  readonly #all: HTMLElement;
  readonly #views = element('select', { 'aria-label': 'Saved views' });
  readonly #deleteView: HTMLElement;
  readonly #brushed: HTMLElement;
  readonly #brushedText = element('span', {});
  readonly #listeners: HeaderListeners;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #opened = '';
  #shownViews = '';

  constructor(listeners: HeaderListeners) {
    this.#listeners = listeners;
    this.#all = button('All Runs', {
      appearance: 'secondary',
      title: 'Compare all runs of the workspace; new ones join as they come',
      onClick: () => listeners.scope({ kind: 'query', query: '' }),
    });
    this.#deleteView = button('', {
      appearance: 'icon',
      title: 'Delete this view',
      icon: icon('trash'),
      onClick: () => this.#opened && listeners.deleteView(this.#opened),
    });
    this.#views.addEventListener('change', () => {
      this.#opened = this.#views.value;
      setHidden(this.#deleteView, !this.#opened);
      if (this.#opened) listeners.openView(this.#opened);
    });
    this.#query.addEventListener('input', () => {
      if (this.#timer) clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), typingMs);
    });
    this.#query.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#ask();
    });
    this.#brushed = element(
      'div',
      { class: 'brushed', hidden: true },
      this.#brushedText,
      button('Show All', {
        appearance: 'secondary',
        title: 'Keep all of every axis again',
        onClick: () => listeners.clearBrushes(),
      }),
    );
    const exports = [
      ['csv', 'CSV', 'Save the table as CSV', 'table'],
      ['md', 'Markdown', 'Save the table as Markdown', 'file'],
      ['png', 'PNG', 'Save the curves as an image', 'image'],
    ] as const;
    this.root = element(
      'header',
      { class: 'header' },
      element(
        'div',
        { class: 'title-row' },
        element('div', { class: 'title' }, this.#title, this.#count),
        element(
          'div',
          { class: 'actions', role: 'toolbar', 'aria-label': 'Comparison' },
          element('span', { class: 'field' }, this.#views, this.#deleteView),
          button('Save View…', {
            appearance: 'secondary',
            title: 'Give these runs, columns and charts a name',
            icon: icon('save'),
            onClick: () => listeners.saveView(),
          }),
          button('Other Tools…', {
            appearance: 'secondary',
            title: 'Add runs of TensorBoard, MLflow, Keras, Lightning or DVC',
            icon: icon('folder'),
            onClick: () => listeners.addForeign(),
          }),
          ...exports.map(([format, label, title, shape]) =>
            button(label, {
              appearance: 'secondary',
              title,
              icon: icon(shape),
              onClick: () => listeners.export(format),
            }),
          ),
        ),
      ),
      element('div', { class: 'scope' }, element('label', { for: 'query' }, 'Runs'), this.#query, this.#all),
      this.#problem,
      this.#brushed,
    );
  }

  update({ scope, runs, total, views, problem }: CompareRunsMessage, shown: number): void {
    const chosen = scope.kind === 'chosen';
    setText(this.#title, `Compare ${plural(runs.length, 'run')}`);
    setText(
      this.#count,
      chosen
        ? `chosen of ${plural(total, 'run')}`
        : scope.query.trim()
          ? `of ${total} satisfy the query; new ones join`
          : 'new ones join as they come',
    );
    if (document.activeElement !== this.#query) this.#query.value = chosen ? '' : scope.query;
    this.#query.placeholder = chosen
      ? `${plural(runs.length, 'chosen run')}; type a query to choose others`
      : 'all runs, or: val_accuracy > 0.9 and tag = "aug"';
    setHidden(this.#all, !chosen && scope.query.trim() === '');
    setText(this.#problem, problem ?? '');
    setHidden(this.#problem, !problem);
    setHidden(this.#brushed, shown === runs.length);
    setText(
      this.#brushedText,
      `${shown} of ${plural(runs.length, 'run')} are within the kept parts of the axes below.`,
    );
    this.#showViews(views);
  }

  #ask(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#listeners.scope({ kind: 'query', query: this.#query.value });
  }

  #showViews(views: readonly string[]): void {
    if (!views.includes(this.#opened)) this.#opened = '';
    setHidden(this.#deleteView, !this.#opened);
    setHidden(this.#views, views.length === 0);
    const key = JSON.stringify([views, this.#opened]);
    if (key === this.#shownViews) return;
    this.#shownViews = key;
    this.#views.replaceChildren(
      element('option', { value: '' }, 'Views…'),
      ...views.map((name) => element('option', { value: name, selected: name === this.#opened }, name)),
    );
  }
}
