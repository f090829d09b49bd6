import type { Catalogue } from './catalogue.ts';

/** Where the rest of a row lies, which a renamed file brings along: all but what its content says. */
const OF_THE_FILE = ['path', 'folder', 'class', 'split', 'modified'].join(', ');

/**
 * Takes images out, with all that is said of them by their ids. A file that came under another name with the content of one that is gone,
 * where there is only one of each, is that image: it keeps its id and what is said of it. Inside `Catalogue.write`.
 * @param gone ids of images whose files are gone or hold another image now
 */
export function forgetImages(catalogue: Catalogue, gone: readonly number[]): void {
  const { db } = catalogue;
  db.exec('DROP TABLE IF EXISTS temp.gone; CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY)');
  const put = db.prepare('INSERT OR IGNORE INTO temp.gone VALUES (?)');
  for (const id of gone) put.run(id);
  rename(catalogue);
  const { end } = catalogue;
  db.exec(`
    DELETE FROM images WHERE id IN (SELECT id FROM temp.gone);
    DELETE FROM labels WHERE image IN (SELECT id FROM temp.gone);
    DELETE FROM map WHERE image IN (SELECT id FROM temp.gone);
    DELETE FROM outliers WHERE image IN (SELECT id FROM temp.gone);
    DELETE FROM neighbours WHERE image IN (SELECT id FROM temp.gone);
    DELETE FROM pairs WHERE a IN (SELECT id FROM temp.gone) OR b IN (SELECT id FROM temp.gone);
  `);
  // As somebody's neighbour an image is still named, and passed over: so no other may ever have its id.
  if (catalogue.end < end) catalogue.setMeta('nextId', String(end));
  forgetInFindings(catalogue);
  db.exec('DROP TABLE temp.gone; DELETE FROM came');
}

/** The row that came is taken out instead of the one that was there before. */
function rename(catalogue: Catalogue): void {
  const { db } = catalogue;
  db.exec(`
    DROP TABLE IF EXISTS temp.renamed;
    CREATE TEMP TABLE renamed (old INTEGER PRIMARY KEY, new INTEGER UNIQUE);
    INSERT INTO renamed SELECT min(o.id), min(n.id)
      FROM temp.gone g JOIN images o ON o.id = g.id JOIN images n ON n.hash = o.hash JOIN came c ON c.id = n.id
      WHERE n.id NOT IN (SELECT id FROM temp.gone) GROUP BY o.hash HAVING count(*) = 1;
    UPDATE images SET (${OF_THE_FILE}) =
      (SELECT ${OF_THE_FILE} FROM images n WHERE n.id = (SELECT new FROM temp.renamed WHERE old = images.id))
      WHERE id IN (SELECT old FROM temp.renamed);
    DELETE FROM temp.gone WHERE id IN (SELECT old FROM temp.renamed);
    INSERT INTO temp.gone SELECT new FROM temp.renamed;
  `);
  if (catalogue.get('SELECT old FROM temp.renamed LIMIT 1')) catalogue.loseOrder();
  db.exec('DROP TABLE temp.renamed');
}

function forgetInFindings(catalogue: Catalogue): void {
  const put = catalogue.db.prepare('UPDATE findings SET images = ? WHERE key = ?');
  const isGone = catalogue.db.prepare('SELECT id FROM temp.gone WHERE id = ?');
  for (const { key, images } of catalogue.all('SELECT key, images FROM findings')) {
    const before = JSON.parse(String(images)) as number[];
    const left = before.filter((id) => isGone.get(id) === undefined);
    if (left.length < before.length) put.run(JSON.stringify(left), String(key));
  }
}
