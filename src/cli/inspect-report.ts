import type { Catalogue } from '../catalogue/catalogue.ts';
import { overviewOf } from '../catalogue/overview.ts';
import { styleNoteText } from '../catalogue/style-notes.ts';
import {
  type ClassSummary,
  type FieldSummary,
  formatCounts,
  summarizeClasses,
  summarizeFields,
} from '../catalogue/summary.ts';
import type { CatalogueField, CatalogueRow, Overview } from '../protocol/catalogue.ts';
import { count, figure, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SHOWN_CLASSES = 100;
const right = 'right' as const;

/** What `loupe inspect --json` answers. */
export interface InspectReport extends Overview {
  /** Largest class over smallest, of those that have images; null: fewer than two. */
  imbalance: number | null;
  formats: Record<string, number>;
  /** How sizes and measures are spread, with the images at both ends. */
  fields: FieldSummary[];
  /** Mean measures a class: classes that differ in them can be told apart by them. */
  classMeans: ClassSummary[];
}

export function reportCatalogue(catalogue: Catalogue): InspectReport {
  const overview = overviewOf(catalogue);
  return {
    ...overview,
    imbalance: imbalanceOf(overview),
    formats: formatCounts(catalogue),
    fields: summarizeFields(catalogue),
    classMeans: summarizeClasses(catalogue),
  };
}

/** The same for people. */
export function describeCatalogue(report: InspectReport, colors: Style): string {
  const { root, images, classes, unreadable, issues, imbalance, edits } = report;
  const unlabelled = images - classes.reduce((sum, entry) => sum + entry.count, 0);
  const more = [
    unlabelled > 0 && `${count(unlabelled)} of them without a class`,
    unreadable > 0 && `${plural(unreadable, 'file')} unreadable`,
  ].filter((part) => part !== false);
  const lines = [
    colors.bold(root),
    `${[`${plural(images, 'image')} in ${plural(classes.length, 'class', 'classes')}`, ...more].join(', ')}; ${list(report.formats)}`,
  ];
  if (classes.length > 0) lines.push('', classTable(report));
  if (imbalance !== null && imbalance > 1)
    lines.push('', `The largest class has ${figure(imbalance)} times the images of the smallest.`);
  lines.push('', fieldTable(report.fields));
  if (report.measured < images) lines.push('', `Measured so far: ${count(report.measured)} of ${count(images)}.`);
  const found = Object.entries(issues).sort(([, a], [, b]) => b - a);
  const title = 'Issues at the default thresholds';
  if (found.length > 0) lines.push('', `${colors.yellow(title)} (loupe issues finds duplicates and wrong labels too):`);
  else lines.push('', `${title}: none. loupe issues finds duplicates and wrong labels too.`);
  const width = Math.max(0, ...found.map(([kind]) => kind.length));
  lines.push(...found.map(([kind, times]) => `  ${kind.padEnd(width)}  ${count(times)}`));
  lines.push(...report.style.map((note) => `\n${colors.dim(styleNoteText(note))}`));
  const decided = Object.entries(edits).filter(([, times]) => times > 0);
  if (decided.length > 0) lines.push('', `Decided in the journal: ${list(Object.fromEntries(decided))}`);
  return lines.join('\n');
}

/** The images of a query, a line each. */
export function describePage(
  { total, rows }: { total: number; rows: CatalogueRow[] },
  sort: CatalogueField | undefined,
  colors: Style,
): string {
  const columns = [
    { title: 'IMAGE' },
    { title: 'CLASS' },
    { title: 'SIZE' },
    ...(sort ? [{ title: sort.toUpperCase(), align: right }] : []),
    { title: 'ISSUES' },
  ];
  const cells = rows.map((row) => [
    row.path,
    row.label ?? '–',
    `${row.width} × ${row.height}`,
    ...(sort ? [figure(row.value)] : []),
    row.issues.join(', '),
  ]);
  const shown = rows.length < total ? colors.dim(`\n${count(rows.length)} of ${plural(total, 'image')}`) : '';
  return rows.length === 0 ? 'No image.' : renderTable(columns, cells) + shown;
}

function imbalanceOf({ classes }: Overview): number | null {
  const counts = classes.map((entry) => entry.count).filter((images) => images > 0);
  return counts.length < 2 ? null : Math.max(...counts) / Math.min(...counts);
}

function classTable({ classes, splits, classMeans, measured }: InspectReport): string {
  const hasUnassigned = classes.some(({ perSplit }) => perSplit[''] !== undefined);
  const names = splits.length === 0 ? [] : [...splits, ...(hasUnassigned ? [''] : [])];
  const means = measured > 0 ? (['brightness', 'saturation', 'blur'] as const) : [];
  const columns = [
    { title: 'CLASS' },
    { title: 'IMAGES', align: right },
    ...names.map((name) => ({ title: name === '' ? 'NO SPLIT' : name.toUpperCase(), align: right })),
    ...means.map((field) => ({ title: FIELD_TITLES[field] ?? field.toUpperCase(), align: right })),
  ];
  const rows = classes
    .slice(0, SHOWN_CLASSES)
    .map((entry, at) => [
      entry.name,
      count(entry.count),
      ...names.map((name) => count(entry.perSplit[name] ?? 0)),
      ...means.map((field) => decimals(classMeans[at]?.[field] ?? null)),
    ]);
  const more = classes.length > SHOWN_CLASSES ? `\n… ${count(classes.length - SHOWN_CLASSES)} more classes` : '';
  return renderTable(columns, rows) + more;
}

/** A large value of the field is a sharp image. */
const FIELD_TITLES: Partial<Record<CatalogueField, string>> = { blur: 'SHARPNESS' };

function fieldTable(fields: readonly FieldSummary[]): string {
  const columns = [
    { title: '' },
    ...['LEAST', '5 %', 'MEDIAN', '95 %', 'MOST'].map((title) => ({ title, align: right })),
    { title: 'IMAGE WITH THE LEAST' },
    { title: 'WITH THE MOST' },
  ];
  const rows = fields.map(({ field, min, p5, median, p95, max, lowest, highest }) => {
    const isWhole = field === 'width' || field === 'height' || field === 'bytes';
    const cells = [min, p5, median, p95, max].map((value) => (isWhole ? count(value) : decimals(value)));
    const ends = min === max ? ['', ''] : [lowest, highest];
    return [FIELD_TITLES[field]?.toLowerCase() ?? field, ...cells, ...ends];
  });
  return renderTable(columns, rows);
}

function decimals(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, times]) => `${name} ${count(times)}`)
    .join(', ');
}
