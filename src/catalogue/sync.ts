import type { SQLInputValue } from 'node:sqlite';
import type { ReadChunk, ReadImage, SourceReader } from '../dataset/source-reader.ts';
import type { Catalogue, CatalogueFacts } from './catalogue.ts';
import { forgetImages } from './forget-images.ts';
import { measureColumns } from './schema.ts';

/** What the source says of an image. */
const COLUMNS = [
  'path',
  'folder',
  'class',
  'split',
  'format',
  'width',
  'height',
  'channels',
  'size',
  'aspect',
  'bytes',
  'modified',
  'hash',
] as const;

/** Rows that are written in one go; fewer where the files are read slowly, so that what is read is soon seen. */
const ROWS_AT_ONCE = 4000;
const WRITE_MS = 500;

/** Rows of the catalogue against what a stretch of the source holds. */
interface Difference {
  inserted: ReadImage[];
  updated: { id: number; image: ReadImage }[];
  /** Ids of images that are there no longer, or whose file holds another one. */
  gone: number[];
}

/**
 * Brings the catalogue's images in step with a data set while it is read: only rows that differ are written, a few thousand in one
 * transaction, and readers see them as they come. What was found of an image stays with its id: also of a renamed file, where its content
 * leaves no choice. What was measured stays, by content.
 */
export class CatalogueSync {
  readonly #catalogue: Catalogue;
  readonly #source: string;
  readonly #reader: Pick<SourceReader, 'source' | 'classes' | 'skips'>;
  readonly #isFirst: boolean;
  /** Whether the catalogue held images before: others may be renamed ones. */
  readonly #mayRename: boolean;
  readonly #splits = new Set<string>();
  #pending: ReadImage[] = [];
  #after = '';
  #upTo = '';
  #gone: number[] = [];
  #images = 0;
  #isChanged = false;
  #writtenAt = Number.NEGATIVE_INFINITY;

  /** @param source absolute folder or file, as the user names it */
  constructor(catalogue: Catalogue, source: string, reader: Pick<SourceReader, 'source' | 'classes' | 'skips'>) {
    this.#catalogue = catalogue;
    this.#source = source;
    this.#reader = reader;
    this.#isFirst = !catalogue.isScanned;
    this.#mayRename = catalogue.count > 0;
  }

  /** Images that were taken. */
  get images(): number {
    return this.#images;
  }

  /** Chunks come in the order of their paths, without gaps. */
  take({ images, upTo }: ReadChunk): void {
    this.#images += images.length;
    for (const image of images) this.#pending.push(image);
    for (const { split } of images) if (split) this.#splits.add(split);
    this.#upTo = upTo;
    if (this.#pending.length >= ROWS_AT_ONCE || performance.now() - this.#writtenAt > WRITE_MS) this.#flush();
  }

  /** All chunks have come. */
  finish(): void {
    this.#flush();
    for (const { id } of this.#catalogue.all('SELECT id FROM images WHERE path > ?', this.#after)) {
      this.#gone.push(Number(id));
    }
    const skips = this.#reader.skips.summary();
    const facts = JSON.stringify(this.#facts());
    const isTold = this.#catalogue.meta('facts') === facts && this.#catalogue.meta('skips') === JSON.stringify(skips);
    const isSettled = this.#gone.length === 0 && this.#catalogue.get('SELECT id FROM came LIMIT 1') === undefined;
    if (isTold && isSettled && !this.#isFirst) return;
    const finish = () => {
      if (!isSettled) forgetImages(this.#catalogue, this.#gone);
      this.#replaceSkips(skips);
      this.#catalogue.setMeta('facts', facts);
      this.#catalogue.setMeta('scanned', '1');
    };
    if (this.#gone.length > 0) this.#catalogue.writeImages(true, finish);
    else this.#catalogue.write(finish);
  }

  #flush(): void {
    if (this.#upTo === this.#after) return;
    const difference = this.#compare();
    if (difference.inserted.length > 0 || difference.updated.length > 0) {
      // Another process may have written the same meanwhile: what counts is compared where nobody else writes.
      this.#writeImages(() => this.#apply(this.#compare()));
    }
    for (const id of difference.gone) this.#gone.push(id);
    this.#pending = [];
    this.#after = this.#upTo;
    this.#writtenAt = performance.now();
  }

  #compare(): Difference {
    const wanted = new Map(this.#pending.map((image) => [image.path, image]));
    const found: Difference = { inserted: [], updated: [], gone: [] };
    const statement = this.#catalogue.db.prepare(
      `SELECT id, ${COLUMNS.join(', ')} FROM images WHERE path > ? AND path <= ?`,
    );
    statement.setReturnArrays(true);
    const rows = statement.iterate(this.#after, this.#upTo) as unknown as Iterable<SQLInputValue[]>;
    for (const [id, ...values] of rows) {
      const image = wanted.get(String(values[0]));
      if (image === undefined || image.hash !== values.at(-1)) {
        found.gone.push(Number(id));
        continue;
      }
      wanted.delete(image.path);
      if (valuesOf(image).some((value, at) => value !== values[at])) found.updated.push({ id: Number(id), image });
    }
    found.inserted = [...wanted.values()];
    return found;
  }

  #apply({ inserted, updated }: Difference): void {
    const { db } = this.#catalogue;
    const sets = COLUMNS.map((column) => `${column} = ?`).join(', ');
    const update = db.prepare(`UPDATE images SET ${sets} WHERE id = ?`);
    for (const { id, image } of updated) update.run(...valuesOf(image), id);
    if (inserted.length > 0) this.#insert(inserted);
    if (this.#isFirst) this.#catalogue.setMeta('facts', JSON.stringify(this.#facts()));
  }

  #insert(images: readonly ReadImage[]): void {
    const catalogue = this.#catalogue;
    const { db } = catalogue;
    const behind = catalogue.get('SELECT 1 FROM images WHERE path > ? LIMIT 1', images[0]?.path ?? '');
    if (behind) catalogue.loseOrder();
    const first = Math.max(catalogue.end, Number(catalogue.meta('nextId') ?? 0));
    const marks = COLUMNS.map(() => '?').join(', ');
    const insert = db.prepare(`INSERT INTO images (id, ${COLUMNS.join(', ')}) VALUES (?, ${marks})`);
    images.forEach((image, at) => {
      insert.run(first + at, ...valuesOf(image));
    });
    if (this.#mayRename) db.prepare('INSERT INTO came SELECT id FROM images WHERE id >= ?').run(first);
    const measures = measureColumns.join(', ');
    db.prepare(
      `UPDATE images SET (${measures}) = (SELECT ${measures} FROM measures m WHERE m.hash = images.hash)
       WHERE id >= ? AND hash IN (SELECT hash FROM measures)`,
    ).run(first);
  }

  #writeImages(work: () => void): void {
    this.#catalogue.writeImages(!this.#isFirst && !this.#isChanged, work);
    this.#isChanged = true;
  }

  #facts(): CatalogueFacts {
    return {
      root: this.#reader.source.root,
      source: this.#source,
      classes: this.#reader.classes(),
      splits: ['train', 'validation', 'test'].filter((name) => this.#splits.has(name)),
      unreadable: this.#reader.skips.count,
    };
  }

  #replaceSkips(skips: ReturnType<SourceReader['skips']['summary']>): void {
    const { db } = this.#catalogue;
    db.exec('DELETE FROM skips');
    const insert = db.prepare('INSERT INTO skips (path, cause, message) VALUES (?, ?, ?)');
    for (const { cause, examples } of skips) {
      for (const { path, message } of examples) insert.run(path, cause, message);
    }
    this.#catalogue.setMeta('skips', JSON.stringify(skips));
  }
}

/** In the order of `COLUMNS`. */
function valuesOf(image: ReadImage): SQLInputValue[] {
  const { path, className, split, format, width, height, channels, bytes, modified, hash } = image;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const size = Math.sqrt(width * height);
  const where = [path, folder, className, split, format];
  return [...where, width, height, channels, size, width / height, bytes, modified ?? null, hash];
}
