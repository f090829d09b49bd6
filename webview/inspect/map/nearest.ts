/** Points in cells of a square grid on the plane, to find the nearest one without looking at all. */
export class PointIndex {
  readonly #xs: readonly number[];
  readonly #ys: readonly number[];
  readonly #cells = new Map<number, number[]>();
  readonly #size: number;
  readonly #left: number;
  readonly #bottom: number;
  readonly #columns: number;

  constructor(xs: readonly number[], ys: readonly number[]) {
    this.#xs = xs;
    this.#ys = ys;
    const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    this.#left = least(xs);
    this.#bottom = least(ys);
    const wide = Math.max(1e-9, most(xs) - this.#left, most(ys) - this.#bottom);
    this.#columns = Math.max(1, Math.ceil(Math.sqrt(xs.length / 2)));
    this.#size = wide / this.#columns;
    for (let at = 0; at < xs.length; at++) {
      const key = this.#key(this.#column(xs[at]!), this.#row(ys[at]!));
      const cell = this.#cells.get(key);
      if (cell) cell.push(at);
      else this.#cells.set(key, [at]);
    }
  }

  /** Index of the nearest point within `reach` of the place; −1: none. */
  nearest(x: number, y: number, reach: number): number {
    let found = -1;
    let best = reach * reach;
    for (const at of this.#around(x, y, reach)) {
      const distance = (this.#xs[at]! - x) ** 2 + (this.#ys[at]! - y) ** 2;
      if (distance > best) continue;
      best = distance;
      found = at;
    }
    return found;
  }

  /** Indices of all points within `reach`. */
  within(x: number, y: number, reach: number): number[] {
    const found: number[] = [];
    for (const at of this.#around(x, y, reach)) {
      if ((this.#xs[at]! - x) ** 2 + (this.#ys[at]! - y) ** 2 <= reach * reach) found.push(at);
    }
    return found;
  }

  /** The nearest point that lies in a direction: as an arrow key goes. −1: none. */
  towards(from: number, dx: number, dy: number): number {
    const [x, y] = [this.#xs[from]!, this.#ys[from]!];
    let found = -1;
    let best = Number.POSITIVE_INFINITY;
    for (let at = 0; at < this.#xs.length; at++) {
      const [ax, ay] = [this.#xs[at]! - x, this.#ys[at]! - y];
      const along = ax * dx + ay * dy;
      const across = Math.abs(ax * dy - ay * dx);
      if (at === from || along <= 0 || across > along) continue;
      const cost = along + 2 * across;
      if (cost >= best) continue;
      best = cost;
      found = at;
    }
    return found;
  }

  *#around(x: number, y: number, reach: number): Generator<number> {
    const [left, right] = [this.#column(x - reach), this.#column(x + reach)];
    const [bottom, top] = [this.#row(y - reach), this.#row(y + reach)];
    if ((right - left + 1) * (top - bottom + 1) > this.#cells.size) {
      for (const cell of this.#cells.values()) yield* cell;
      return;
    }
    for (let row = bottom; row <= top; row++) {
      for (let column = left; column <= right; column++) yield* this.#cells.get(this.#key(column, row)) ?? [];
    }
  }

  #column(x: number): number {
    return Math.max(-1, Math.min(this.#columns + 1, Math.floor((x - this.#left) / this.#size)));
  }

  #row(y: number): number {
    return Math.max(-1, Math.min(this.#columns + 1, Math.floor((y - this.#bottom) / this.#size)));
  }

  #key(column: number, row: number): number {
    return (row + 1) * (this.#columns + 3) + column + 1;
  }
}
