import { element, setText } from '../../ui/dom.ts';
import { count } from '../../ui/format.ts';
import { roveOver, setStops } from '../../ui/roving.ts';
import { imbalanceText } from './imbalance.ts';

export interface ClassCounts {
  names: readonly string[];
  /** Splits; one without a name where there are none. */
  series: readonly string[];
  /** `[series][class]` */
  counts: readonly (readonly number[])[];
}

/** Rows that are drawn; of more classes the largest, and those that are selected. */
const MOST_ROWS = 200;

/** Images of each class, a bar a class with a part a split; a click or Space shows those images. */
export class ClassBars {
  readonly root: HTMLElement;
  readonly #list = element('div', { class: 'bars', role: 'group', 'aria-label': 'Images per class' });
  readonly #note = element('p', { class: 'plot-note' });
  readonly #legend = element('div', { class: 'plot-legend' });
  readonly #onToggle: (name: string) => void;

  constructor(onToggle: (name: string) => void) {
    this.#onToggle = onToggle;
    this.root = element(
      'section',
      { class: 'plot-card', 'aria-label': 'Classes' },
      element('div', { class: 'plot-head' }, element('h3', {}, 'Classes'), this.#legend),
      this.#list,
      this.#note,
    );
    roveOver(
      this.#list,
      () => this.#rows(),
      () => 1,
    );
  }

  show({ names, series, counts }: ClassCounts, selected: readonly string[], colors: readonly string[]): void {
    const focused = this.#rows().indexOf(document.activeElement as HTMLElement);
    const totals = names.map((_, at) => counts.reduce((sum, values) => sum + (values[at] ?? 0), 0));
    const most = Math.max(1, ...totals);
    const order = [...names.keys()].sort((a, b) => totals[b]! - totals[a]! || names[a]!.localeCompare(names[b]!));
    const shown = order.filter((at, place) => place < MOST_ROWS || selected.includes(names[at]!));
    this.#list.replaceChildren(
      ...shown.map((at) => {
        const name = names[at]!;
        const parts = series.map((split, s) => {
          const part = element('span', { class: 'bar-part' });
          const value = counts[s]?.[at] ?? 0;
          part.style.width = `${(value / most) * 100}%`;
          part.style.background = colors[s] ?? '';
          part.title = split === '' ? count(value) : `${split}: ${count(value)}`;
          return part;
        });
        const spoken = series
          .map((split, s) => `${split === '' ? '' : `${split} `}${count(counts[s]?.[at] ?? 0)}`)
          .join(', ');
        const row = element(
          'button',
          {
            class: 'bar-row',
            type: 'button',
            'aria-pressed': String(selected.includes(name)),
            'aria-label': `${name}: ${spoken} images`,
          },
          element('span', { class: 'bar-name' }, name),
          element('span', { class: 'bar-track' }, ...parts),
          element('span', { class: 'bar-count' }, count(totals[at]!)),
        );
        row.addEventListener('click', () => this.#onToggle(name));
        return row;
      }),
    );
    const rows = this.#rows();
    const stop = rows[Math.max(0, Math.min(focused, rows.length - 1))];
    setStops(rows, stop);
    if (focused >= 0) stop?.focus();
    this.#legend.replaceChildren(
      ...series
        .filter((split) => split !== '')
        .map((split, at) => {
          const swatch = element('span', { class: 'plot-swatch' });
          swatch.style.background = colors[at] ?? '';
          return element('span', { class: 'plot-key' }, swatch, split);
        }),
    );
    const hidden = names.length - shown.length;
    const text = imbalanceText(names.map((name, at) => ({ name, count: totals[at]! })));
    setText(this.#note, hidden > 0 ? `${text} ${count(hidden)} smaller classes are not drawn.` : text);
  }

  #rows(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('.bar-row')];
  }
}
