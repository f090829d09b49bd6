import path from 'node:path';
import { historyOf } from '../dataset/journal/history.ts';
import type { CatalogueField, CatalogueRow, ImageDetail } from '../protocol/catalogue.ts';
import { defaultThresholds } from '../protocol/findings.ts';
import type { ImageLine, JournalLine } from '../protocol/journal.ts';
import type { Catalogue } from './catalogue.ts';
import { evidenceOf } from './evidence.ts';
import { pairKinds, pairQuery } from './issue-sql.ts';
import { noSuchImage } from './no-such-image.ts';
import { rowsOf } from './rows.ts';

const MEASURES: CatalogueField[] = [
  'brightness',
  'dark',
  'light',
  'contrast',
  'saturation',
  'hue',
  'blur',
  'information',
  'border',
];

export interface JournalOf {
  lines: readonly JournalLine[];
  /** The data set's names in the lines. */
  names: readonly string[];
}

/** Everything known of one image. @throws Problem `no-such-image` */
export async function imageDetail(catalogue: Catalogue, id: number, journal: JournalOf): Promise<ImageDetail> {
  const [row] = rowsOf(catalogue, [id]);
  const columns = catalogue.get('SELECT * FROM images WHERE id = ?', id);
  if (!row || !columns) throw noSuchImage(id);
  const numbers = MEASURES.flatMap((field) => {
    const value = columns[field];
    return typeof value === 'number' ? [[field, value] as const] : [];
  });
  const file = path.resolve(catalogue.facts.root, row.path);
  return {
    row,
    file,
    format: String(columns.format),
    modified: columns.modified as number | null,
    exif: columns.format === 'idx' ? [] : await readExifOf(file),
    perceptualHash: columns.perceptual_hash as string | null,
    measures: Object.fromEntries(numbers),
    findings: findingsOf(catalogue, row),
    neighbours: neighboursOf(catalogue, id, 12),
    history: historyOf(journal.lines, journal.names, row).map(({ line, counts }) => ({
      at: line.at,
      text: sentenceOf(line, counts),
    })),
    probabilities: probabilitiesOf(catalogue, id),
  };
}

async function readExifOf(file: string): Promise<ImageDetail['exif']> {
  const { exifOf } = await import('./exif-of.ts');
  return await exifOf(file);
}

/** Most similar first. @throws Problem `no-such-image` */
export function neighboursOf(catalogue: Catalogue, id: number, count: number): ImageDetail['neighbours'] {
  const found = catalogue.all(
    'SELECT other, similarity FROM neighbours WHERE image = ? ORDER BY rank LIMIT ?',
    id,
    count,
  );
  const rows = new Map(
    rowsOf(
      catalogue,
      found.map(({ other }) => Number(other)),
    ).map((row) => [row.id, row]),
  );
  return found.flatMap(({ other, similarity }) => {
    const row = rows.get(Number(other));
    return row ? [{ row, similarity: Number(similarity) }] : [];
  });
}

function findingsOf(catalogue: Catalogue, row: CatalogueRow): ImageDetail['findings'] {
  const single = row.issues.filter((kind) => !(pairKinds as readonly string[]).includes(kind));
  const own = single.map((kind) => ({ kind, ...evidenceOf(catalogue, kind, defaultThresholds, row.id), with: [] }));
  const pairs = pairKinds
    .filter((kind) => row.issues.includes(kind))
    .flatMap((kind) => {
      const query = pairQuery(kind, defaultThresholds, 'p.a, p.b, p.distance, p.similarity');
      return catalogue
        .all(`${query.text} AND (p.a = ? OR p.b = ?) LIMIT 50`, ...query.values, row.id, row.id)
        .map(({ a, b, distance, similarity }) => ({
          kind,
          score: pairScore(distance as number | null),
          evidence: { distance: distance as number | null, similarity: similarity as number | null },
          with: rowsOf(catalogue, [Number(a) === row.id ? Number(b) : Number(a)]),
        }));
    });
  return [...own, ...pairs];
}

/** 1 for equal images, falling with the bits of the pHash that differ. */
function pairScore(distance: number | null): number {
  return 1 - (distance ?? 0) / 64;
}

function probabilitiesOf(catalogue: Catalogue, id: number): ImageDetail['probabilities'] {
  const bytes = catalogue.get('SELECT probabilities FROM labels WHERE image = ?', id)?.probabilities;
  const about = catalogue.meta('labels');
  if (!(bytes instanceof Uint8Array) || about === null) return null;
  const { classes } = JSON.parse(about) as { classes: string[] };
  const values = new Float32Array(bytes.slice().buffer);
  return classes
    .map((label, at) => ({ label, probability: values[at] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
}

/** What a line of the journal says, in words. */
function sentenceOf(line: ImageLine, counts: boolean): string {
  const text = decisionText(line);
  return counts ? text : `${text} (undone)`;
}

function decisionText(line: ImageLine): string {
  switch (line.edit) {
    case 'relabel':
      return `Relabelled from ${line.from} to ${line.to}`;
    case 'label':
      return `Labelled ${line.to}`;
    case 'keep':
      return 'Label confirmed';
    case 'exclude':
      return 'Excluded';
    case 'delete':
      return 'Marked for deletion';
    case 'restore':
      return 'Restored';
    case 'split':
      return `Moved to ${line.to}`;
    case 'dismiss':
      return `Not an issue: ${line.issue}`;
    case 'applied':
      return line.to === null ? 'Applied: removed from the folder' : `Applied: lies at ${line.to}`;
  }
}
