import type { CatalogueField } from '../protocol/catalogue.ts';

/** Where the value of a field is: `i` the image, `l` its label row, `o` its distance, `e` what the journal says. */
interface FieldColumn {
  column: string;
  type: 'number' | 'text';
  /** Numbers: how they are grouped. Edges of groups, or the width of each. */
  groups?: { edges: number[] } | { step: number };
  /** Numbers: ratios that can be written with a percent sign, bytes with a unit, or times as dates. */
  unit?: 'share' | 'bytes' | 'time';
}

const share = (column: string): FieldColumn => ({ column, type: 'number', groups: { step: 0.1 }, unit: 'share' });
const pixels = (column: string): FieldColumn => ({
  column,
  type: 'number',
  groups: { edges: [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192] },
});
const text = (column: string): FieldColumn => ({ column, type: 'text' });

/** Of every field but `issue`, which is a condition an issue and no column. */
export const fieldColumns: Record<Exclude<CatalogueField, 'issue'>, FieldColumn> = {
  path: text('i.path'),
  folder: text('i.folder'),
  class: text('i.class'),
  split: text('i.split'),
  format: text('i.format'),
  width: pixels('i.width'),
  height: pixels('i.height'),
  size: pixels('i.size'),
  aspect: { column: 'i.aspect', type: 'number', groups: { edges: [0.35, 0.5, 0.8, 1.25, 2, 2.86] } },
  bytes: {
    column: 'i.bytes',
    type: 'number',
    groups: { edges: [1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7] },
    unit: 'bytes',
  },
  modified: { column: 'i.modified', type: 'number', groups: { step: 30 * 864e5 }, unit: 'time' },
  brightness: share('i.brightness'),
  dark: share('i.dark'),
  light: share('i.light'),
  contrast: share('i.contrast'),
  saturation: share('i.saturation'),
  hue: { column: 'i.hue', type: 'number', groups: { step: 30 } },
  blur: share('i.blur'),
  information: share('i.information'),
  border: share('i.border'),
  predicted: text('l.predicted'),
  confidence: share('l.confidence'),
  'given-confidence': share('l.given_confidence'),
  'label-score': share('l.normalized_margin'),
  outlier: { column: 'o.distance', type: 'number', groups: { step: 0.1 } },
  edit: text(`CASE WHEN e.deleted THEN 'deleted' WHEN e.excluded THEN 'excluded' WHEN e.class IS NOT NULL THEN 'relabelled'
    WHEN e.split IS NOT NULL THEN 'moved' WHEN e.kept THEN 'kept' END`),
};

/** The tables that queries read; only those that the rest of the statement mentions. */
export function fromOf(...mentions: string[]): string {
  const has = (alias: string) => mentions.some((piece) => new RegExp(`\\b${alias}\\.`).test(piece));
  return [
    'images i',
    has('l') && 'LEFT JOIN labels l ON l.image = i.id',
    has('o') && 'LEFT JOIN outliers o ON o.image = i.id',
    has('e') && 'LEFT JOIN temp.edits e ON e.image = i.id',
    has('m') && 'LEFT JOIN map m ON m.image = i.id',
  ]
    .filter((piece) => piece !== false)
    .join(' ');
}
