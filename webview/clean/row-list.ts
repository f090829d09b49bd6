import { element, setAttribute } from '../ui/dom.ts';

/** Rows beyond the window on both sides that are there already when it is scrolled. */
const OVERSCAN = 4;
/** Rows asked for at once. */
const BLOCK = 50;
/** Browsers lay nothing out beyond about 33 million pixels. */
const MOST_PIXELS = 30_000_000;

export interface RowListOptions<Row> {
  label: string;
  /** Makes or fills a row's element. */
  render(node: HTMLElement, row: Row, index: number): void;
  ask(offset: number, limit: number): void;
  /** Another row has the keyboard. */
  onActive(index: number): void;
  /** Rows that can be seen, after each scroll. */
  onVisible(from: number, to: number): void;
}

/**
 * A list of any length of which only what can be seen is there. Rows are of one height; one of them is active, and the list itself
 * has the keyboard (`aria-activedescendant`), so that a row may come and go under it.
 */
export class RowList<Row> {
  readonly root: HTMLElement;
  readonly #spacer = element('div', { class: 'rows-spacer' });
  readonly #options: RowListOptions<Row>;
  readonly #rows = new Map<number, Row>();
  readonly #nodes = new Map<number, HTMLElement>();
  readonly #asked = new Set<number>();
  #total = 0;
  #height = 120;
  #active = 0;
  #frame = 0;

  constructor(options: RowListOptions<Row>) {
    this.#options = options;
    this.root = element(
      'div',
      { class: 'rows', role: 'listbox', tabindex: '0', 'aria-label': options.label, 'aria-multiselectable': 'true' },
      this.#spacer,
    );
    this.root.addEventListener('scroll', () => this.#later());
    new ResizeObserver(() => this.#later()).observe(this.root);
  }

  get active(): number {
    return this.#active;
  }

  get total(): number {
    return this.#total;
  }

  get(index: number): Row | undefined {
    return this.#rows.get(index);
  }

  /** Rows that have come, by their places. */
  loaded(): Iterable<[number, Row]> {
    return this.#rows;
  }

  /** Forgets all rows and asks anew. @param height of a row, pixels */
  reset(height: number, active = 0): void {
    this.#height = height;
    this.#rows.clear();
    this.#asked.clear();
    this.#total = 0;
    this.#active = active;
    for (const node of this.#nodes.values()) node.remove();
    this.#nodes.clear();
    this.root.scrollTop = Math.max(0, active - 2) * height;
    this.#request(Math.floor(active / BLOCK));
  }

  /** @param total of all rows, as far as is known */
  fill(offset: number, rows: readonly Row[], total: number): void {
    rows.forEach((row, i) => {
      this.#rows.set(offset + i, row);
    });
    const first = this.#total === 0 && total > 0;
    this.#total = total;
    if (this.#active >= total) this.#active = Math.max(0, total - 1);
    this.#spacer.style.height = `${Math.min(MOST_PIXELS, total * this.#height)}px`;
    if (first) this.root.scrollTop = Math.max(0, this.#active - 2) * this.#height;
    this.#draw(true);
    if (rows.length > 0 && this.#active >= offset && this.#active < offset + rows.length) {
      this.#options.onActive(this.#active);
    }
  }

  /** A row has changed. */
  update(index: number, row: Row): void {
    this.#rows.set(index, row);
    this.redraw(index);
  }

  redraw(index: number): void {
    const node = this.#nodes.get(index);
    const row = this.#rows.get(index);
    if (!node || !row) return;
    this.#options.render(node, row, index);
  }

  redrawAll(): void {
    for (const index of this.#nodes.keys()) this.redraw(index);
  }

  activate(index: number): void {
    if (this.#total === 0) return;
    const next = Math.max(0, Math.min(this.#total - 1, index));
    const before = this.#active;
    this.#active = next;
    this.#intoView(next);
    this.#draw(false);
    this.redraw(before);
    this.redraw(next);
    this.#mark();
    this.#options.onActive(next);
  }

  /** Rows of one window. */
  pageSize(): number {
    return Math.max(1, Math.floor(this.root.clientHeight / this.#height) - 1);
  }

  /** With some of the next row in sight, where there is room. */
  #intoView(index: number): void {
    const { scrollTop, clientHeight } = this.root;
    const margin = Math.max(0, Math.min(this.#height / 2, (clientHeight - this.#height) / 2));
    const [top, end] = [index * this.#height - margin, (index + 1) * this.#height + margin];
    if (top < scrollTop) this.root.scrollTop = top;
    else if (end > scrollTop + clientHeight) this.root.scrollTop = end - clientHeight;
  }

  #later(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw(false);
    });
  }

  #draw(renew: boolean): void {
    const { scrollTop, clientHeight } = this.root;
    const from = Math.max(0, Math.floor(scrollTop / this.#height) - OVERSCAN);
    const to = Math.min(this.#total, Math.ceil((scrollTop + clientHeight) / this.#height) + OVERSCAN);
    for (const [index, node] of this.#nodes) {
      if (index >= from && index < to) continue;
      node.remove();
      this.#nodes.delete(index);
    }
    for (let index = from; index < to; index++) {
      const row = this.#rows.get(index);
      let node = this.#nodes.get(index);
      if (node && !(renew && row)) continue;
      if (!node) {
        node = element('div', { class: 'row', role: 'option', id: `row-${index}` });
        node.style.transform = `translateY(${index * this.#height}px)`;
        node.style.height = `${this.#height}px`;
        setAttribute(node, 'aria-posinset', index + 1);
        this.#nodes.set(index, node);
        this.#spacer.append(node);
      }
      setAttribute(node, 'aria-setsize', this.#total);
      if (row) this.#options.render(node, row, index);
      else this.#request(Math.floor(index / BLOCK));
    }
    this.#mark();
    if (this.#total > 0) this.#options.onVisible(from, to);
  }

  #mark(): void {
    for (const [index, node] of this.#nodes) node.classList.toggle('row-active', index === this.#active);
    setAttribute(this.root, 'aria-activedescendant', this.#nodes.has(this.#active) ? `row-${this.#active}` : null);
  }

  #request(block: number): void {
    if (this.#asked.has(block)) return;
    this.#asked.add(block);
    this.#options.ask(block * BLOCK, BLOCK);
  }
}
