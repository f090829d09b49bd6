import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openRebuildable } from './sqlite.ts';
import type { DataSetWarning, ImageFormat, SkipCause } from './types.ts';

/** What tells that a file was not touched since it was read; times in milliseconds since 1970, with fractions. */
export interface FileStamp {
  size: number;
  modified: number;
  changed: number;
  inode: number;
}

export interface ImageFileFacts {
  format: ImageFormat;
  width: number;
  height: number;
  channels: number;
  hash: string;
}

export interface FileSkip {
  cause: SkipCause;
  message: string;
}

/** Everything that reading a file told. Files that can't be used are remembered too, so that they are not read again. */
export type FileFacts = ImageFileFacts | FileSkip;

export function isSkip(facts: FileFacts): facts is FileSkip {
  return 'cause' in facts;
}

/** Raise it when the tables or the checks that fill them change; an index of another version is made anew. */
const SCHEMA_VERSION = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, size INTEGER, modified REAL, changed REAL, inode REAL,
    format TEXT, width INTEGER, height INTEGER, channels INTEGER, hash TEXT, cause TEXT, message TEXT
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS idx_files (
    path TEXT PRIMARY KEY, size INTEGER, modified REAL, changed REAL, inode REAL,
    count INTEGER, width INTEGER, height INTEGER, channels INTEGER, hashes BLOB, labels BLOB
  ) WITHOUT ROWID;
`;

type FileRow = [string, number, number, number, number, string, number, number, number, string, SkipCause, string];

export interface IdxFacts {
  count: number;
  width: number;
  height: number;
  channels: number;
  /** 16 bytes an image. */
  hashes: Uint8Array;
  labels: Uint8Array;
}

/**
 * What is known of a data set's files, in SQLite, so that an unchanged file is never opened again. It can be deleted at
 * any time; several processes may use it at once (WAL, one transaction a batch). A damaged file is thrown away and made anew;
 * where none can be written at all, the index lives in memory and says so.
 */
export class IndexDb {
  readonly warnings: DataSetWarning[];
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  #between: StatementSync | null = null;

  private constructor(db: DatabaseSync, warnings: DataSetWarning[]) {
    this.#db = db;
    this.warnings = warnings;
    this.#put = db.prepare('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  }

  /** @param source says which data set: the root's real path and how it is read. */
  static async open(cacheFolder: string, source: string): Promise<IndexDb> {
    const file = path.join(
      cacheFolder,
      'index',
      `${createHash('sha256').update(source).digest('hex').slice(0, 32)}.sqlite`,
    );
    const { db, notKept } = await openRebuildable(file, {
      tables: TABLES,
      version: SCHEMA_VERSION,
      probe: 'SELECT count(path), count(cause) FROM files WHERE path IS NULL',
    });
    return new IndexDb(db, notKept === null ? [] : [notKeptWarning(notKept)]);
  }

  /**
   * What is known of some files, in the order of their paths (by code point), and whether others are known that lie between.
   * @param after a path: where the files begin, itself excluded; empty: at the first. @param upTo the last one's path
   */
  filesBetween(
    after: string,
    upTo: string,
    wanted: ReadonlySet<string>,
  ): { known: Map<string, { stamp: FileStamp; facts: FileFacts }>; hasOthers: boolean } {
    this.#between ??= this.#db.prepare('SELECT * FROM files WHERE path > ? AND path <= ?');
    this.#between.setReturnArrays(true);
    const known = new Map<string, { stamp: FileStamp; facts: FileFacts }>();
    let hasOthers = false;
    for (const row of this.#between.iterate(after, upTo) as unknown as Iterable<FileRow>) {
      const [name, size, modified, changed, inode, format, width, height, channels, hash, cause, message] = row;
      if (!wanted.has(name)) {
        hasOthers = true;
        continue;
      }
      const facts = cause ? { cause, message } : { format: format as ImageFormat, width, height, channels, hash };
      known.set(name, { stamp: { size, modified, changed, inode }, facts });
    }
    return { known, hasOthers };
  }

  /** Forgets files between two paths (as `filesBetween`), but for those. @param upTo null: to the last */
  forgetBetween(after: string, upTo: string | null, but: Iterable<string>): void {
    this.#transaction(() => {
      this.#db
        .prepare(
          'DELETE FROM files WHERE path > ? AND (? IS NULL OR path <= ?) AND path NOT IN (SELECT value FROM json_each(?))',
        )
        .run(after, upTo, upTo, JSON.stringify([...but]));
    });
  }

  /** Writes in one transaction. A disk that is full costs the memory of these files, not the scan. */
  update(changed: { path: string; stamp: FileStamp; facts: FileFacts }[]): void {
    if (changed.length === 0) return;
    this.#transaction(() => {
      for (const { path: name, stamp, facts } of changed) {
        const { size, modified, changed: changedAt, inode } = stamp;
        if (isSkip(facts)) {
          this.#put.run(
            name,
            size,
            modified,
            changedAt,
            inode,
            null,
            null,
            null,
            null,
            null,
            facts.cause,
            facts.message,
          );
        } else {
          const { format, width, height, channels, hash } = facts;
          this.#put.run(name, size, modified, changedAt, inode, format, width, height, channels, hash, null, null);
        }
      }
    });
  }

  readIdx(name: string, stamp: FileStamp): IdxFacts | null {
    const row = this.#db.prepare('SELECT * FROM idx_files WHERE path = ?').get(name) as
      | (Record<keyof FileStamp, number> & IdxFacts)
      | undefined;
    return row && sameStamp(row, stamp) ? row : null;
  }

  writeIdx(name: string, stamp: FileStamp, facts: IdxFacts): void {
    const { size, modified, changed, inode } = stamp;
    const { count, width, height, channels, hashes, labels } = facts;
    this.#transaction(() => {
      this.#db
        .prepare('INSERT OR REPLACE INTO idx_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(name, size, modified, changed, inode, count, width, height, channels, hashes, labels);
    });
  }

  close(): void {
    this.#db.close();
  }

  #transaction(work: () => void): void {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      if (this.warnings.length === 0) this.warnings.push(notKeptWarning((error as Error).message));
    }
  }
}

export function stampOf(stat: { size: number; mtimeMs: number; ctimeMs: number; ino: number }): FileStamp {
  return { size: stat.size, modified: stat.mtimeMs, changed: stat.ctimeMs, inode: stat.ino };
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.size === b.size && a.modified === b.modified && a.changed === b.changed && a.inode === b.inode;
}

function notKeptWarning(reason: string): DataSetWarning {
  return {
    code: 'index-not-kept',
    message: `What was learnt about the files can't be kept, so the next scan reads them again (${reason}).`,
  };
}
