import { type Child, element } from './dom.ts';
import { type Sorting, sortedBy } from './sorting.ts';

export interface TableColumn<Row, Id extends string> {
  id: Id;
  title: string;
  /** Figures stand on the right. */
  number?: boolean;
  /** The first press sorts the largest first. */
  largestFirst?: boolean;
  /** What the column sorts by; null stands last, whichever way. */
  value(row: Row): string | number | null;
  cell(row: Row): Child | Child[];
}

export interface TableOptions<Row, Id extends string> {
  /** For screen readers. */
  label: string;
  columns: readonly TableColumn<Row, Id>[];
  sorting: Sorting<Id>;
  onSort(sorting: Sorting<Id>): void;
  /** Of the row's element, where it has a look of its own. */
  className?(row: Row): string | null;
}

/** A table whose first column names the row, and whose heads are buttons that sort by it. */
export class SortableTable<Row, Id extends string> {
  readonly root = element('div', { class: 'table-scroll' });
  readonly #options: TableOptions<Row, Id>;
  #sorting: Sorting<Id>;
  #rows: readonly Row[] = [];

  constructor(options: TableOptions<Row, Id>) {
    this.#options = options;
    this.#sorting = options.sorting;
  }

  show(rows: readonly Row[]): void {
    this.#rows = rows;
    this.#draw(null);
  }

  #by({ id, largestFirst }: TableColumn<Row, Id>): void {
    const { column, descending } = this.#sorting;
    this.#sorting = { column: id, descending: column === id ? !descending : largestFirst === true };
    this.#options.onSort(this.#sorting);
    this.#draw(id);
  }

  #draw(focus: Id | null): void {
    const { columns, label, className } = this.#options;
    const { column, descending } = this.#sorting;
    const by = columns.find(({ id }) => id === column) ?? columns[0];
    const rows = by ? sortedBy(this.#rows, by.value, descending) : this.#rows;
    this.root.replaceChildren(
      element(
        'table',
        { class: 'table', 'aria-label': label },
        element('thead', {}, element('tr', {}, ...columns.map((one) => this.#head(one, one === by)))),
        element('tbody', {}, ...rows.map((row) => this.#row(row, className?.(row) ?? null))),
      ),
    );
    if (focus) this.root.querySelector<HTMLElement>(`[data-column="${focus}"]`)?.focus();
  }

  #head(column: TableColumn<Row, Id>, on: boolean): HTMLElement {
    const { id, title, number } = column;
    const { descending } = this.#sorting;
    const sort = element(
      'button',
      { class: 'sort', type: 'button', title: `Sort by ${title.toLowerCase()}`, 'data-column': id },
      title,
      element('span', { class: 'sort-sign', 'aria-hidden': 'true' }, on ? (descending ? '↓' : '↑') : ''),
    );
    sort.addEventListener('click', () => this.#by(column));
    const direction = on ? (descending ? 'descending' : 'ascending') : null;
    return element('th', { scope: 'col', 'aria-sort': direction, class: number ? 'number' : null }, sort);
  }

  #row(row: Row, className: string | null): HTMLElement {
    const cells = this.#options.columns.map(({ cell, number }, at) => {
      const content = cell(row);
      const children = Array.isArray(content) ? content : [content];
      return at === 0
        ? element('th', { scope: 'row' }, ...children)
        : element('td', { class: number ? 'number' : null }, ...children);
    });
    return element('tr', { class: className }, ...cells);
  }
}
