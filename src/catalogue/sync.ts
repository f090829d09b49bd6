import { type DataSet, type ImageRecord, NO_LABEL } from '../dataset/types.ts';
import type { Catalogue, CatalogueFacts } from './catalogue.ts';
import { measureColumns } from './schema.ts';

/** Bump it when what is filled in of a record changes: catalogues are filled anew then. */
const FILL_VERSION = 1;

/**
 * Makes the catalogue's images those of the data set. What was found of images moves along to their new positions: by path and
 * content, and of renamed files by content where that leaves no choice. What was measured stays, by content.
 */
export function fillCatalogue(catalogue: Catalogue, source: string, data: DataSet): void {
  const unreadable = data.skipped.reduce((sum, { count }) => sum + count, 0);
  const facts: CatalogueFacts = {
    root: data.root,
    source,
    classes: data.classes,
    splits: ['train', 'validation', 'test'].filter((name) => data.images.some(({ split }) => split === name)),
    fingerprint: `${FILL_VERSION}:${data.fingerprint}`,
    unreadable,
  };
  const before = catalogue.meta('facts');
  const now = JSON.stringify(facts);
  if (before === now) return;
  const isSame = before !== null && (JSON.parse(before) as CatalogueFacts).fingerprint === facts.fingerprint;
  catalogue.write(() => {
    if (!isSame) replaceImages(catalogue, data);
    replaceSkips(catalogue, data);
    catalogue.setMeta('facts', now);
  });
}

function replaceImages(catalogue: Catalogue, data: DataSet): void {
  const { db } = catalogue;
  db.exec(`
    DROP TABLE IF EXISTS temp.before;
    CREATE TEMP TABLE before AS SELECT id, path, hash FROM images;
    DELETE FROM images;
  `);
  const insert = db.prepare(`
    INSERT INTO images (id, path, folder, class, split, format, width, height, channels, size, aspect, bytes, modified, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  data.images.forEach((image, id) => {
    insert.run(id, ...valuesOf(image, data.classes));
  });
  const columns = measureColumns.join(', ');
  const copies = measureColumns.map((column) => `${column} = m.${column}`).join(', ');
  db.exec(`UPDATE images SET ${copies} FROM (SELECT hash, ${columns} FROM measures) m WHERE m.hash = images.hash`);
  moveAlong(catalogue);
}

function valuesOf(image: ImageRecord, classes: readonly string[]) {
  const { path, label, split, format, width, height, channels, bytes, modified, hash } = image;
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const className = label === NO_LABEL ? null : (classes[label] as string);
  const size = Math.sqrt(width * height);
  return [
    path,
    folder,
    className,
    split,
    format,
    width,
    height,
    channels,
    size,
    width / height,
    bytes,
    modified ?? null,
    hash,
  ] as const;
}

/** Where each image went, and with it all that is said of it by its id. */
function moveAlong(catalogue: Catalogue): void {
  const { db } = catalogue;
  db.exec(`
    DROP TABLE IF EXISTS temp.moved;
    CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER UNIQUE);
    INSERT INTO moved SELECT b.id, i.id FROM temp.before b JOIN images i ON i.path = b.path AND i.hash = b.hash;
    INSERT OR IGNORE INTO moved
      SELECT min(b.id), min(i.id) FROM temp.before b JOIN images i ON i.hash = b.hash
      WHERE b.id NOT IN (SELECT old FROM temp.moved) AND i.id NOT IN (SELECT new FROM temp.moved)
      GROUP BY b.hash HAVING count(*) = 1;
  `);
  const stayed = catalogue.get('SELECT count(*) AS n FROM temp.moved WHERE old = new')?.n;
  const before = catalogue.get('SELECT count(*) AS n FROM temp.before')?.n;
  if (stayed !== before) {
    for (const table of ['labels', 'map', 'outliers']) moveRows(catalogue, table);
    movePairs(catalogue);
    moveNeighbours(catalogue);
    moveFindings(catalogue);
  }
  db.exec('DROP TABLE temp.before; DROP TABLE temp.moved');
}

/** By way of negative ids, so that no two rows have one id in between. */
function moveRows({ db }: Catalogue, table: string): void {
  db.exec(`
    DELETE FROM ${table} WHERE image NOT IN (SELECT old FROM temp.moved);
    UPDATE ${table} SET image = -1 - (SELECT new FROM temp.moved WHERE old = image);
    UPDATE ${table} SET image = -1 - image;
  `);
}

function movePairs({ db }: Catalogue): void {
  db.exec(`
    CREATE TEMP TABLE old_pairs AS SELECT * FROM pairs;
    DELETE FROM pairs;
    INSERT INTO pairs SELECT min(a.new, b.new), max(a.new, b.new), p.kind, p.distance, p.similarity
      FROM temp.old_pairs p JOIN temp.moved a ON a.old = p.a JOIN temp.moved b ON b.old = p.b;
    DROP TABLE temp.old_pairs;
  `);
}

function moveNeighbours({ db }: Catalogue): void {
  db.exec(`
    CREATE TEMP TABLE old_neighbours AS SELECT * FROM neighbours;
    DELETE FROM neighbours;
    INSERT INTO neighbours SELECT i.new, n.rank, o.new, n.similarity
      FROM temp.old_neighbours n JOIN temp.moved i ON i.old = n.image JOIN temp.moved o ON o.old = n.other;
    DROP TABLE temp.old_neighbours;
  `);
}

function moveFindings(catalogue: Catalogue): void {
  const put = catalogue.db.prepare('UPDATE findings SET images = ? WHERE key = ?');
  const target = catalogue.db.prepare('SELECT new FROM temp.moved WHERE old = ?');
  for (const { key, images } of catalogue.all('SELECT key, images FROM findings')) {
    const moved = (JSON.parse(String(images)) as number[]).flatMap((id) => target.get(id)?.new ?? []);
    put.run(JSON.stringify(moved), key as string);
  }
}

function replaceSkips({ db }: Catalogue, data: DataSet): void {
  db.exec('DELETE FROM skips');
  const insert = db.prepare('INSERT INTO skips (path, cause, message) VALUES (?, ?, ?)');
  for (const { cause, examples } of data.skipped) {
    for (const { path, message } of examples) insert.run(path, cause, message);
  }
}
