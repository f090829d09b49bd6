import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { ImageMeasures } from '../images/measures/measures.ts';
import type { Decisions } from './decisions.ts';
import { setFindingKey } from './finding-key.ts';
import { measureColumns, OWN_TABLES } from './schema.ts';
import type { CatalogueImage, ImageNeighbours, ImagePair, LabelResult, MapResult, SetFinding } from './types.ts';

const REVISION = 'revision';
const IMAGE_WRITES = 'imageWrites';
const OUT_OF_ORDER = 'outOfOrder';

/** Of the images as `contents` says. */
interface Shape {
  contents: string;
  count: number;
  isByPath: boolean;
  isDense: boolean;
}

type Row = Record<string, SQLInputValue>;

/** Description of the data set that does not concern one image; kept in the database beside the images. */
export interface CatalogueFacts {
  /** Absolute. */
  root: string;
  source: string;
  classes: string[];
  splits: string[];
  unreadable: number;
}

/**
 * The images of a data set and all that is known of them, in SQLite. Rows are read as a stream or a page at a time, never all at once.
 * Every write is one transaction that changes `version`: readers in other processes see the old or the new.
 */
export class Catalogue {
  readonly db: DatabaseSync;
  /** Why nothing is kept on the disk, or null. */
  readonly notKept: string | null;

  #known: Shape | null = null;
  #decisions: { hash: string; times: number; unplaced: number } = { hash: '', times: 0, unplaced: 0 };

  constructor(db: DatabaseSync, notKept: string | null) {
    this.db = db;
    this.notKept = notKept;
    db.exec(OWN_TABLES);
  }

  /** Changes with every write, of this process or another, and with the journal as this process last read it. */
  get version(): string {
    return `${this.meta('version') ?? '0'}.${this.#decisions.times}`;
  }

  /** What answers depend on, as other processes see it too: equal for the same rows and the same journal. */
  get state(): string {
    return `${this.meta('version') ?? '0'}:${this.#decisions.hash}`;
  }

  /** Another one when images have come, gone or changed since a scan was over; a first scan adds to the same one. */
  get revision(): string {
    return this.meta(REVISION) ?? '';
  }

  /** Changes with every write that concerns the images themselves, not what was found of them. */
  get contents(): string {
    return `${this.revision}.${this.meta(IMAGE_WRITES) ?? '0'}`;
  }

  /** Whether a scan ever came to its end. */
  get isScanned(): boolean {
    return this.meta('scanned') !== null;
  }

  get facts(): CatalogueFacts {
    const facts = this.meta('facts');
    return facts === null
      ? { root: '', source: '', classes: [], splits: [], unreadable: 0 }
      : (JSON.parse(facts) as CatalogueFacts);
  }

  get count(): number {
    return this.#shape.count;
  }

  /** An id that is greater than that of any image. */
  get end(): number {
    return Number(this.get('SELECT coalesce(max(id), -1) + 1 AS n FROM images')?.n);
  }

  /** How ids and paths go together: in one order, and without gaps from 0 on. */
  get order(): { isByPath: boolean; isDense: boolean } {
    const { isByPath, isDense } = this.#shape;
    return { isByPath, isDense };
  }

  get #shape(): Shape {
    const { contents } = this;
    if (this.#known?.contents !== contents) {
      const count = Number(this.get('SELECT count(*) AS n FROM images')?.n);
      const isByPath = this.meta(OUT_OF_ORDER) === null;
      this.#known = { contents, count, isByPath, isDense: isByPath && this.end === count };
    }
    return this.#known;
  }

  /** All images in the order of their paths, read as they are asked for. Write nothing before the last one has come. */
  *images(): Generator<CatalogueImage> {
    const query = this.db.prepare(`
      SELECT i.id, i.path, i.hash, i.class, i.split, i.format, i.width, i.height, i.bytes,
        coalesce(e.excluded OR e.deleted, 0), coalesce(e.class, i.class), coalesce(e.split, i.split)
      FROM images i LEFT JOIN edits e ON e.image = i.id ORDER BY ${this.order.isByPath ? 'i.id' : 'i.path'}`);
    query.setReturnArrays(true);
    for (const row of query.iterate() as unknown as Iterable<ImageTuple>) {
      const [id, path, hash, label, , format, width, height, bytes, left, effectiveLabel, split] = row;
      yield { id, path, hash, label, split, format, width, height, bytes, isLeftOut: left === 1, effectiveLabel };
    }
  }

  /**
   * Images that nothing was measured of yet, at most `limit`, by rising id.
   * @param beyond an id: only those behind it. @param backwards by falling id, and those before it
   */
  unmeasured(
    limit: number,
    beyond = -1,
    backwards = false,
  ): { id: number; path: string; hash: string; format: string }[] {
    const [comparison, direction] = backwards ? ['<', 'DESC'] : ['>', 'ASC'];
    return this.all(
      `SELECT id, path, hash, format FROM images WHERE id ${comparison} ? AND brightness IS NULL
       ORDER BY id ${direction} LIMIT ?`,
      beyond,
      limit,
    ) as unknown as { id: number; path: string; hash: string; format: string }[];
  }

  /** The pHash of every measured image: parallel arrays of ids and hashes. */
  perceptualHashes(): { ids: Uint32Array; hashes: BigUint64Array } {
    const total = Number(this.get('SELECT count(perceptual_hash) AS n FROM images')?.n);
    const ids = new Uint32Array(total);
    const hashes = new BigUint64Array(total);
    const query = this.db.prepare(
      'SELECT id, perceptual_hash FROM images WHERE perceptual_hash IS NOT NULL ORDER BY id',
    );
    query.setReturnArrays(true);
    let at = 0;
    for (const [id, hash] of query.iterate() as unknown as Iterable<[number, string]>) {
      ids[at] = id;
      hashes[at++] = BigInt(`0x${hash}`);
    }
    return { ids, hashes };
  }

  /** Keeps what was measured of contents; every image with such a content has it from then on. */
  writeMeasures(rows: Iterable<{ hash: string; measures: ImageMeasures }>): void {
    const columns = measureColumns.join(', ');
    const marks = measureColumns.map(() => '?').join(', ');
    const keep = this.db.prepare(`INSERT OR REPLACE INTO measures (hash, ${columns}) VALUES (?, ${marks})`);
    const copy = this.db.prepare(`UPDATE images SET (${columns}) = (${marks}) WHERE hash = ?`);
    this.write(() => {
      for (const { hash, measures } of rows) {
        const values = measureValues(measures);
        keep.run(hash, ...values);
        copy.run(...values, hash);
      }
    });
  }

  /** Replaces all pairs. Order within a pair does not matter. */
  writePairs(pairs: Iterable<ImagePair>): void {
    this.#replace('pairs', 'INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?, ?)', pairs, (pair) => [
      Math.min(pair.a, pair.b),
      Math.max(pair.a, pair.b),
      pair.kind,
      pair.distance,
      pair.similarity,
    ]);
  }

  /** Replaces all neighbours. @param network that the images were described by */
  writeNeighbours(network: string, rows: Iterable<ImageNeighbours>): void {
    const put = this.db.prepare('INSERT INTO neighbours VALUES (?, ?, ?, ?)');
    this.write(() => {
      this.db.exec('DELETE FROM neighbours');
      let images = 0;
      for (const { image, others } of rows) {
        images++;
        for (const [rank, { other, similarity }] of others.entries()) put.run(image, rank, other, similarity);
      }
      this.setMeta('embedded', JSON.stringify({ images, network }));
    });
  }

  /** Replaces what a label model says of the images. */
  writeLabels({ rows, ...result }: LabelResult): void {
    const put = this.db.prepare('INSERT OR REPLACE INTO labels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.write(() => {
      this.db.exec('DELETE FROM labels');
      let images = 0;
      for (const row of rows) {
        images++;
        const { buffer, byteOffset, byteLength } = row.probabilities;
        put.run(
          row.image,
          row.givenConfidence,
          row.predicted,
          row.confidence,
          row.selfConfidence,
          row.normalizedMargin,
          row.weightedEntropy,
          Number(row.byNoiseRate),
          Number(row.byClass),
          row.suggested,
          row.wrong,
          new Uint8Array(buffer, byteOffset, byteLength),
        );
      }
      this.setMeta('labels', JSON.stringify({ ...result, images }));
    });
  }

  /** Replaces the map. */
  writeMap({ method, network, points }: MapResult): void {
    this.#replace(
      'map',
      'INSERT OR REPLACE INTO map VALUES (?, ?, ?)',
      points,
      ({ image, x, y }) => [image, x, y],
      () => this.setMeta('map', JSON.stringify({ method, network })),
    );
  }

  /** Replaces the distances. @param rows of every image, not only of outliers: thresholds move in the panel */
  writeOutliers(rows: Iterable<{ image: number; distance: number }>): void {
    this.#replace('outliers', 'INSERT OR REPLACE INTO outliers VALUES (?, ?)', rows, ({ image, distance }) => [
      image,
      distance,
    ]);
  }

  /** Replaces the findings about classes and the whole set. */
  writeFindings(findings: Iterable<SetFinding>): void {
    this.#replace('findings', 'INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?)', findings, (finding) => [
      setFindingKey(finding),
      finding.kind,
      finding.score,
      JSON.stringify(finding.images),
      JSON.stringify(finding.evidence),
    ]);
  }

  /** Replaces what the journal says, for this process. */
  setDecisions({ hash, edits, dismissed, unplaced }: Decisions): void {
    if (this.#decisions.hash === hash) return;
    const edit = this.db.prepare('INSERT INTO temp.edits VALUES (?, ?, ?, ?, ?, ?)');
    const dismiss = this.db.prepare('INSERT OR IGNORE INTO temp.dismissed VALUES (?)');
    this.db.exec('DELETE FROM temp.edits; DELETE FROM temp.dismissed');
    for (const { image, label, split, excluded, deleted, kept } of edits) {
      edit.run(image, label, split, Number(excluded), Number(deleted), Number(kept));
    }
    for (const key of dismissed) dismiss.run(key);
    this.#decisions = { hash, times: this.#decisions.times + 1, unplaced };
  }

  /** Decisions of the journal that fit no image. */
  get unplaced(): number {
    return this.#decisions.unplaced;
  }

  /** As `write`, of images themselves. @param anew whether what was known of ids before is to be asked again */
  writeImages(anew: boolean, work: () => void): void {
    this.write(() => {
      work();
      this.setMeta(IMAGE_WRITES, String(Number(this.meta(IMAGE_WRITES) ?? 0) + 1));
      if (anew || this.meta(REVISION) === null) this.setMeta(REVISION, randomBytes(8).toString('hex'));
    });
  }

  /** The order of ids is that of paths no longer. */
  loseOrder(): void {
    this.setMeta(OUT_OF_ORDER, '1');
  }

  /** All of `work`, or nothing of it. */
  write(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.setMeta('version', String(Number(this.meta('version') ?? 0) + 1));
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  meta(key: string): string | null {
    const value = this.db.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value;
    return typeof value === 'string' ? value : null;
  }

  /** Inside `write`, but for what can be computed again. */
  setMeta(key: string, value: string): void {
    this.db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
  }

  /** Keeps what can be computed again; where another process is writing just now, not. */
  remember(key: string, value: string): void {
    try {
      this.setMeta(key, value);
    } catch (error) {
      if (!/locked|busy/i.test(error instanceof Error ? error.message : '')) throw error;
    }
  }

  get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.db.prepare(sql).get(...parameters) as Row | undefined;
  }

  all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.db.prepare(sql).all(...parameters) as Row[];
  }

  close(): void {
    this.db.close();
  }

  #replace<T>(
    table: string,
    insert: string,
    rows: Iterable<T>,
    valuesOf: (row: T) => SQLInputValue[],
    then?: () => void,
  ): void {
    const put = this.db.prepare(insert);
    this.write(() => {
      this.db.exec(`DELETE FROM ${table}`);
      for (const row of rows) put.run(...valuesOf(row));
      then?.();
    });
  }
}

type ImageTuple = [
  number,
  string,
  string,
  string | null,
  string | null,
  string,
  number,
  number,
  number,
  number,
  string | null,
  string | null,
];

/** In the order of `measureColumns`. */
function measureValues(measures: ImageMeasures): SQLInputValue[] {
  return [
    measures.brightness,
    measures.dark,
    measures.light,
    measures.contrast,
    measures.saturation,
    measures.hue,
    measures.color,
    measures.blur,
    measures.information,
    measures.border,
    measures.borderColor,
    Number(measures.greyscale),
    measures.perceptualHash,
    measures.pixelHash,
  ];
}
