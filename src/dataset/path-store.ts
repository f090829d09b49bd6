import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { loadSqlite } from './sqlite.ts';
import type { SplitName } from './types.ts';

/** What is kept of a path while a source is listed; null where there is nothing to keep. */
export interface StoredPath {
  path: string;
  className: string | null;
  split: SplitName | null;
  group: string | null;
  noLabel: string | null;
  /** Line of the manifest. */
  line: number | null;
}

type Row = [string, string | null, SplitName | null, string | null, string | null, number | null];

const AT_ONCE = 500;

/**
 * Any number of paths, each once, that come back sorted (by code point): in a temporary database, which SQLite moves from memory to the
 * disk as it grows.
 */
export class PathStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  #count = 0;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;
      CREATE TABLE paths (path TEXT PRIMARY KEY, class TEXT, split TEXT, "group" TEXT, no_label TEXT, line INTEGER) WITHOUT ROWID;
      BEGIN;
    `);
    this.#insert = db.prepare('INSERT OR IGNORE INTO paths VALUES (?, ?, ?, ?, ?, ?)');
  }

  static async create(): Promise<PathStore> {
    const { DatabaseSync } = await loadSqlite();
    return new PathStore(new DatabaseSync(''));
  }

  get count(): number {
    return this.#count;
  }

  /** @returns false where the path is there already: nothing changes */
  add({ path, className, split, group, noLabel, line }: StoredPath): boolean {
    const isNew = Number(this.#insert.run(path, className, split, group, noLabel, line).changes) === 1;
    if (isNew) this.#count++;
    return isNew;
  }

  get(path: string): StoredPath | null {
    const query = this.#db.prepare('SELECT * FROM paths WHERE path = ?');
    query.setReturnArrays(true);
    const row = query.get(path) as unknown as Row | undefined;
    return row ? storedPath(row) : null;
  }

  replace({ path, className, split, group, noLabel, line }: StoredPath): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO paths VALUES (?, ?, ?, ?, ?, ?)')
      .run(path, className, split, group, noLabel, line);
  }

  /** All of them, some at a time. Add nothing meanwhile. */
  *chunks(): Generator<StoredPath[]> {
    const query = this.#db.prepare('SELECT * FROM paths ORDER BY path');
    query.setReturnArrays(true);
    let chunk: StoredPath[] = [];
    for (const row of query.iterate() as unknown as Iterable<Row>) {
      if (chunk.push(storedPath(row)) < AT_ONCE) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  }

  close(): void {
    this.#db.close();
  }
}

function storedPath([path, className, split, group, noLabel, line]: Row): StoredPath {
  return { path, className, split, group, noLabel, line };
}
