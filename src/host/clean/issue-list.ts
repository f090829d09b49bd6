import type { CatalogueAnswers, IssueRow } from '../../protocol/catalogue.ts';

/** Rows asked for at once. */
const PAGE = 200;

type Page = CatalogueAnswers['issues'];

/**
 * The candidates of one list in the order in which they were first seen. The catalogue drops what is decided; here it stays, so that a
 * decision neither pulls a row away from under the user nor moves another one past them.
 */
export class IssueList {
  readonly #ask: (offset: number, limit: number) => Promise<Page>;
  readonly #wanted: ((row: IssueRow) => boolean) | null;
  readonly #rows = new Map<string, IssueRow>();
  readonly #order: IssueRow[] = [];
  readonly #passedOver = new Set<string>();
  /** Where the catalogue's list is read on. */
  #cursor = 0;
  #total: number | null = null;
  #complete = false;
  #scan: Promise<void> = Promise.resolve();

  /** @param wanted of a row when it is first seen; null: all */
  constructor(ask: (offset: number, limit: number) => Promise<Page>, wanted: ((row: IssueRow) => boolean) | null) {
    this.#ask = ask;
    this.#wanted = wanted;
  }

  /** @returns `complete`: whether `total` is the last word */
  async page(offset: number, limit: number): Promise<Page & { complete: boolean }> {
    await this.#scanTo(offset + limit);
    const unseen = this.#wanted || this.#complete ? 0 : (this.#total ?? 0);
    return {
      total: Math.max(this.#order.length, unseen),
      complete: this.#complete || unseen > 0,
      rows: this.#order.slice(offset, offset + limit),
    };
  }

  get(key: string): IssueRow | undefined {
    return this.#rows.get(key);
  }

  /** Rows that were shown, to be told when a decision changes them. */
  shown(): readonly IssueRow[] {
    return this.#order;
  }

  /** The catalogue's list may have lost or won rows: it is read from its begin when more is wanted. */
  changed(): void {
    this.#cursor = 0;
    this.#complete = false;
  }

  /** All rows like this one: the same kind, given and suggested class, at least as sure. */
  async alike(row: IssueRow): Promise<IssueRow[]> {
    await this.#scanTo(Number.POSITIVE_INFINITY);
    return this.#order.filter((other) => isAlike(other, row));
  }

  /** One scan at a time: two pages that are asked for at once must not find the same rows twice. */
  #scanTo(count: number): Promise<void> {
    this.#scan = this.#scan.catch(() => undefined).then(() => this.#scanNow(count));
    return this.#scan;
  }

  async #scanNow(count: number): Promise<void> {
    while (this.#order.length < count && !this.#complete) {
      const { total, rows } = await this.#ask(this.#cursor, PAGE);
      this.#total ??= total;
      this.#cursor += rows.length;
      for (const row of rows) this.#take(row);
      if (rows.length === 0 || this.#cursor >= total) this.#complete = true;
    }
  }

  #take(row: IssueRow): void {
    if (this.#rows.has(row.key) || this.#passedOver.has(row.key)) return;
    if (this.#wanted && !this.#wanted(row)) {
      this.#passedOver.add(row.key);
      return;
    }
    this.#rows.set(row.key, row);
    this.#order.push(row);
  }
}

export function isAlike(row: IssueRow, like: IssueRow): boolean {
  return (
    row.kind === like.kind &&
    row.suggested === like.suggested &&
    row.images[0]?.label === like.images[0]?.label &&
    row.score >= like.score
  );
}
