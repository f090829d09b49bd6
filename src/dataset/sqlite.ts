import fs from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

export interface OpenDatabaseOptions {
  /** `CREATE TABLE IF NOT EXISTS …;` */
  tables: string;
  /** Of the tables; a file of another version counts as damaged. */
  version: number;
  /** A query that only these tables answer. */
  probe: string;
  /** Files of more bytes are not read through for damage when they are opened. Default: every file is. */
  checkedBelow?: number | undefined;
}

/**
 * Opens a database that can be rebuilt (WAL, so that several processes may use it). A damaged file, or one of another version, is
 * thrown away and made anew; where none can be written at all, it lives in memory.
 * @returns `notKept`: why it lives in memory, or null.
 */
export async function openRebuildable(
  file: string,
  options: OpenDatabaseOptions,
): Promise<{ db: DatabaseSync; notKept: string | null }> {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return { db: await openDatabase(file, options), notKept: null };
  } catch (first) {
    if (isBusy(first)) return inMemory(file, options, first);
    try {
      for (const end of ['', '-wal', '-shm']) fs.rmSync(file + end, { force: true });
      return { db: await openDatabase(file, options), notKept: null };
    } catch (error) {
      return inMemory(file, options, error);
    }
  }
}

/** @throws when the file is no database, damaged, or of another schema version. */
async function openDatabase(file: string, options: OpenDatabaseOptions): Promise<DatabaseSync> {
  const { tables, version: wanted, probe, checkedBelow = Number.POSITIVE_INFINITY } = options;
  const { DatabaseSync } = await loadSqlite();
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version !== 0 && version !== wanted) throw new Error(`schema version ${version}`);
    if (sizeOf(file) < checkedBelow) {
      const check = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
      if (check.quick_check !== 'ok') throw new Error(check.quick_check);
    }
    db.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${wanted}; COMMIT;`);
    db.prepare(probe).get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

async function inMemory(file: string, options: OpenDatabaseOptions, error: unknown) {
  const notKept = `${file}: ${error instanceof Error ? error.message : error}`;
  return { db: await openDatabase(':memory:', options), notKept };
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function isBusy(error: unknown): boolean {
  return /locked|busy/i.test(error instanceof Error ? error.message : '');
}

/** Node announces node:sqlite as experimental on stderr; users can do nothing with that. */
export async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  const emit = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emit;
  }
}
