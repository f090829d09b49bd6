import type { CatalogueField, CatalogueProgress, CatalogueRow } from '../../src/protocol/catalogue.ts';
import { count, figure, percent } from '../ui/format.ts';

/** Fields as they are called on screen. */
export const fieldTitles: Record<CatalogueField, string> = {
  path: 'Path',
  folder: 'Folder',
  class: 'Class',
  split: 'Split',
  format: 'Format',
  width: 'Width',
  height: 'Height',
  size: 'Size',
  aspect: 'Aspect',
  bytes: 'File size',
  modified: 'Modified',
  brightness: 'Brightness',
  dark: 'Darkness',
  light: 'Lightness',
  contrast: 'Contrast',
  saturation: 'Saturation',
  hue: 'Hue',
  blur: 'Sharpness',
  information: 'Information',
  border: 'Border',
  predicted: 'Predicted class',
  confidence: 'Confidence',
  'given-confidence': 'Confidence in the label',
  'label-score': 'Label score',
  outlier: 'Distance to others',
  issue: 'Issue',
  edit: 'Edit',
};

/** Of which a distribution can be drawn. */
export const measures = [
  'brightness',
  'contrast',
  'saturation',
  'hue',
  'blur',
  'information',
  'border',
  'dark',
  'light',
  'width',
  'height',
  'size',
  'aspect',
  'bytes',
  'modified',
  'confidence',
  'given-confidence',
  'label-score',
  'outlier',
] as const satisfies readonly CatalogueField[];

export const sortFields = [
  'path',
  'class',
  'split',
  'predicted',
  ...measures,
] as const satisfies readonly CatalogueField[];

export const groupFields = [
  ...(['class', 'split', 'folder', 'predicted', 'issue', 'edit', 'format'] as const),
  ...(['size', 'aspect', 'brightness', 'blur', 'confidence'] as const),
] as const satisfies readonly CatalogueField[];

/** A value of a numeric field in words. */
export function valueText(field: CatalogueField, value: number): string {
  switch (field) {
    case 'bytes':
      return bytesText(value);
    case 'modified':
      return new Date(value).toISOString().slice(0, 10);
    case 'width':
    case 'height':
    case 'size':
      return `${count(Math.round(value))} px`;
    case 'confidence':
    case 'given-confidence':
      return percent(value, 0);
    case 'hue':
      return `${Math.round(value)}°`;
    default:
      return figure(value, 3);
  }
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${figure(bytes / 1e3, 3)} kB` : `${figure(bytes / 1e6, 3)} MB`;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What screen readers say of an image. */
export function rowText(row: CatalogueRow): string {
  const parts = [nameOf(row.path), row.label === null ? 'no class' : `class ${row.label}`];
  if (row.predicted !== null && row.predicted !== row.label) {
    parts.push(`predicted ${row.predicted}${row.confidence === null ? '' : `, ${percent(row.confidence, 0)}`}`);
  }
  if (row.issues.length > 0) parts.push(`issues: ${row.issues.join(', ')}`);
  const edit = editText(row);
  if (edit !== null) parts.push(edit);
  return parts.join(', ');
}

/** What the journal says of an image, in a word or two; null: nothing. */
export function editText({ edit }: Pick<CatalogueRow, 'edit'>): string | null {
  if (!edit) return null;
  if (edit.deleted) return 'to be deleted';
  if (edit.excluded) return 'excluded';
  if (edit.label !== null) return `relabelled ${edit.label}`;
  if (edit.split !== null) return `moved to ${edit.split}`;
  return edit.kept ? 'label confirmed' : null;
}

/** How far a scan is, in words. */
export function progressText({ what, done, total }: CatalogueProgress): string {
  const of = total === null ? count(done) : `${count(done)} of ${count(total)}`;
  return `${what} ${of}`;
}
