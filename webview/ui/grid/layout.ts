/** Lengths of a grid in CSS pixels. */
export interface GridMetrics {
  /** Inside the scrollbar. */
  width: number;
  /** Of the square that a picture is drawn in. */
  side: number;
  /** Height of the text under a picture. */
  caption: number;
  gap: number;
  /** Height of a group's header; nothing where there is one group without a name. */
  header: number;
}

export type GridMove = 'left' | 'right' | 'up' | 'down' | 'row-start' | 'row-end' | 'first' | 'last';

/**
 * Where every item of a grid lies, in O(log groups) and without a list of the items: items of a group fill rows from the left, each
 * group begins a row of its own under its header.
 */
export class GridLayout {
  readonly count: number;
  readonly columns: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly rowHeight: number;
  /** Of everything, pixels; millions are no problem here, see `scaled-scroll.ts`. */
  readonly height: number;
  readonly #metrics: GridMetrics;
  /** Index of each group's first item, and of the item after the last. */
  readonly #starts: Float64Array;
  /** Y of each group's header, and of the end. */
  readonly #tops: Float64Array;

  /** @param groups counts of items, in order; empty groups have a header and no row */
  constructor(metrics: GridMetrics, groups: readonly number[]) {
    const { width, side, caption, gap, header } = metrics;
    this.#metrics = metrics;
    this.columns = Math.max(1, Math.floor((width - gap) / (side + gap)));
    this.tileWidth = Math.max(side, Math.floor((width - gap) / this.columns) - gap);
    this.tileHeight = side + caption;
    this.rowHeight = this.tileHeight + gap;
    this.#starts = new Float64Array(groups.length + 1);
    this.#tops = new Float64Array(groups.length + 1);
    groups.forEach((count, at) => {
      const rows = Math.ceil(count / this.columns);
      this.#starts[at + 1] = this.#starts[at]! + count;
      this.#tops[at + 1] = this.#tops[at]! + header + rows * this.rowHeight;
    });
    this.count = this.#starts[groups.length]!;
    this.height = this.count === 0 ? 0 : this.#tops[groups.length]! + gap;
  }

  groupOf(index: number): number {
    return upperBound(this.#starts, index) - 1;
  }

  /** Upper left corner of an item. */
  place(index: number): { x: number; y: number } {
    const { gap, header } = this.#metrics;
    const group = this.groupOf(index);
    const within = index - this.#starts[group]!;
    const column = within % this.columns;
    return {
      x: gap + column * (this.tileWidth + gap),
      y: this.#tops[group]! + header + gap + Math.floor(within / this.columns) * this.rowHeight,
    };
  }

  /** Items of all rows that are partly within `top` … `bottom`: the first, and the one after the last. */
  itemsBetween(top: number, bottom: number): { from: number; to: number } {
    if (this.count === 0) return { from: 0, to: 0 };
    const from = this.#firstOfRowAt(top);
    return { from, to: Math.max(from, this.#firstOfRowAt(bottom + this.rowHeight - 1)) };
  }

  /** Groups whose header is within `top` … `bottom`. */
  headersBetween(top: number, bottom: number): { group: number; y: number }[] {
    const found: { group: number; y: number }[] = [];
    const last = this.#tops.length - 1;
    if (this.#metrics.header === 0) return found;
    for (let group = Math.max(0, upperBound(this.#tops, top - this.#metrics.header) - 1); group < last; group++) {
      const y = this.#tops[group]!;
      if (y > bottom) break;
      if (y + this.#metrics.header >= top) found.push({ group, y });
    }
    return found;
  }

  /** The group whose rows lie at `y`. */
  groupAt(y: number): number {
    return Math.min(this.#tops.length - 2, Math.max(0, upperBound(this.#tops, y) - 1));
  }

  move(index: number, move: GridMove): number {
    const last = this.count - 1;
    if (last < 0) return -1;
    const group = this.groupOf(index);
    const start = this.#starts[group]!;
    const end = this.#starts[group + 1]! - 1;
    const column = (index - start) % this.columns;
    switch (move) {
      case 'left':
        return Math.max(0, index - 1);
      case 'right':
        return Math.min(last, index + 1);
      case 'first':
        return 0;
      case 'last':
        return last;
      case 'row-start':
        return index - column;
      case 'row-end':
        return Math.min(end, index - column + this.columns - 1);
      case 'down':
        if (index + this.columns <= end) return index + this.columns;
        if (index - column + this.columns <= end) return end;
        return end === last ? index : this.#sameColumn(this.groupOf(end + 1), column, 'first');
      case 'up':
        if (index - this.columns >= start) return index - this.columns;
        return start === 0 ? index : this.#sameColumn(this.groupOf(start - 1), column, 'last');
    }
  }

  /** So many rows down (or, negative, up), as Page Down goes. */
  moveRows(index: number, rows: number): number {
    let at = index;
    for (let step = 0; step < Math.abs(rows); step++) {
      const next = this.move(at, rows > 0 ? 'down' : 'up');
      if (next === at) return rows > 0 ? this.count - 1 : 0;
      at = next;
    }
    return at;
  }

  #sameColumn(group: number, column: number, row: 'first' | 'last'): number {
    const start = this.#starts[group]!;
    const end = this.#starts[group + 1]! - 1;
    const rowStart = row === 'first' ? start : end - ((end - start) % this.columns);
    return Math.min(end, rowStart + column);
  }

  /** First item of the first row whose lower edge is beyond `y`. */
  #firstOfRowAt(y: number): number {
    const { header, gap } = this.#metrics;
    const group = Math.max(0, upperBound(this.#tops, y) - 1);
    if (group >= this.#tops.length - 1) return this.count;
    const row = Math.max(0, Math.floor((y - this.#tops[group]! - header - gap) / this.rowHeight));
    return Math.min(this.#starts[group + 1]!, this.#starts[group]! + row * this.columns);
  }
}

/** Index of the first value above `value` in increasing values. */
function upperBound(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
