import type { CatalogueAnswer, CatalogueRow } from '../../protocol/catalogue.ts';

/** Far more than a page shows, far less than there may be. */
const KEPT = 50_000;
/** Rows that are asked for by their ids at a time. */
const AT_ONCE = 500;

export interface KnownImage {
  /** Relative to the data set's root. */
  path: string;
  hash: string;
}

/** Where the images lie that a page was told of, so that it names them by id alone. */
export class RowMemory {
  private readonly known = new Map<number, KnownImage>();
  private readonly fetch: (ids: number[]) => Promise<readonly CatalogueRow[]>;
  private pending: { ids: Set<number>; done: Promise<void> } | null = null;

  constructor(fetch: (ids: number[]) => Promise<readonly CatalogueRow[]>) {
    this.fetch = fetch;
  }

  /** Keeps the rows of an answer of any kind. */
  take(answer: CatalogueAnswer): void {
    if (answer === null) return;
    if ('rows' in answer) {
      for (const row of answer.rows) {
        if ('path' in row) this.keep(row);
        else for (const image of row.images) this.keep(image);
      }
    }
    if ('row' in answer) {
      this.keep(answer.row);
      for (const { row } of answer.neighbours) this.keep(row);
      for (const finding of answer.findings) for (const row of finding.with) this.keep(row);
    }
  }

  /** Looks the image up where it is not known; questions of one moment are one. Null: there is no such image. */
  async get(id: number): Promise<KnownImage | null> {
    if (!this.known.has(id)) await this.ask(id);
    return this.known.get(id) ?? null;
  }

  /** Ids mean other images now. */
  clear(): void {
    this.known.clear();
    this.pending = null;
  }

  private keep({ id, path, hash }: CatalogueRow): void {
    this.known.delete(id);
    this.known.set(id, { path, hash });
    const [oldest] = this.known.keys();
    if (this.known.size > KEPT && oldest !== undefined) this.known.delete(oldest);
  }

  private async ask(id: number): Promise<void> {
    if (!this.pending || this.pending.ids.size >= AT_ONCE) {
      const ids = new Set<number>();
      const done = Promise.resolve().then(async () => {
        this.pending = null;
        for (const row of await this.fetch([...ids])) this.keep(row);
      });
      this.pending = { ids, done };
    }
    this.pending.ids.add(id);
    await this.pending.done;
  }
}
