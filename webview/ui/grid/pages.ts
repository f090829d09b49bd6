/** Rows that are asked for together. */
const PAGE_SIZE = 200;
/** Rows that are kept: far more than is seen, far less than there may be. */
const KEPT_PAGES = 60;
/** Questions under way at a time, so that the rows that are wanted now wait for few that are not wanted any more. */
const AT_ONCE = 2;

export interface PagesOptions<Row> {
  /** At most `limit` rows from `offset` on; a rejected promise leaves them unknown until the next `reset`. */
  fetch(offset: number, limit: number): Promise<readonly Row[]>;
  onArrive(from: number, to: number): void;
}

/** The rows of a long list, fetched in pages where they are looked at; only the newest wish is followed. */
export class RowPages<Row> {
  readonly #options: PagesOptions<Row>;
  /** By page number, the longest unused first; null: refused. */
  readonly #pages = new Map<number, readonly Row[] | null>();
  readonly #underWay = new Set<number>();
  /** Shown until they are here again. */
  readonly #stale = new Set<number>();
  #wanted: readonly [from: number, to: number] = [0, 0];
  #generation = 0;

  constructor(options: PagesOptions<Row>) {
    this.#options = options;
  }

  /** Undefined: not here yet. */
  get(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE];
  }

  /** A page that is known already. @param offset multiple of the page's size */
  seed(offset: number, rows: readonly Row[]): void {
    if (offset % PAGE_SIZE === 0) this.#pages.set(offset / PAGE_SIZE, rows);
  }

  /** The rows `from` … `to` (excluded) are looked at. */
  want(from: number, to: number): void {
    this.#wanted = [from, to];
    this.#next();
  }

  /** The same list, but rows may have changed: they are fetched again where they are looked at. */
  renew(): void {
    this.#generation++;
    this.#underWay.clear();
    for (const [page, rows] of this.#pages) {
      if (rows === null) this.#pages.delete(page);
      else this.#stale.add(page);
    }
    this.#next();
  }

  /** Another list: what is here or under way belongs to the last one. */
  reset(): void {
    this.#generation++;
    this.#pages.clear();
    this.#stale.clear();
    this.#underWay.clear();
    this.#wanted = [0, 0];
  }

  #next(): void {
    const [from, to] = this.#wanted;
    for (let page = Math.floor(from / PAGE_SIZE); page * PAGE_SIZE < to; page++) {
      const known = this.#pages.get(page);
      if (known !== undefined) {
        this.#pages.delete(page);
        this.#pages.set(page, known);
      }
      if ((known === undefined || this.#stale.has(page)) && !this.#underWay.has(page)) {
        if (this.#underWay.size >= AT_ONCE) return;
        void this.#fetch(page);
      }
    }
  }

  async #fetch(page: number): Promise<void> {
    const generation = this.#generation;
    this.#underWay.add(page);
    const rows = await this.#options.fetch(page * PAGE_SIZE, PAGE_SIZE).catch(() => null);
    if (generation !== this.#generation) return;
    this.#underWay.delete(page);
    this.#stale.delete(page);
    this.#pages.set(page, rows);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > KEPT_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    if (rows) this.#options.onArrive(page * PAGE_SIZE, page * PAGE_SIZE + rows.length);
    this.#next();
  }
}
