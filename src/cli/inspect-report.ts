import type { Catalogue } from '../catalogue/catalogue.ts';
import { overviewOf } from '../catalogue/overview.ts';
import type { CatalogueField, CatalogueRow, Overview } from '../protocol/catalogue.ts';
import { count, figure, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SHOWN_CLASSES = 100;

/** What `loupe inspect --json` answers. */
export interface InspectReport extends Overview {
  /** Largest class over smallest, of those that have images; null: fewer than two. */
  imbalance: number | null;
}

export function reportCatalogue(catalogue: Catalogue): InspectReport {
  const overview = overviewOf(catalogue);
  return { ...overview, imbalance: imbalanceOf(overview) };
}

/** The same for people. */
export function describeCatalogue(report: InspectReport, colors: Style): string {
  const { root, images, classes, unreadable, issues, imbalance } = report;
  const lines = [
    colors.bold(root),
    `${plural(images, 'image')} in ${plural(classes.length, 'class', 'classes')}${unreadable > 0 ? `, ${plural(unreadable, 'file')} unreadable` : ''}`,
  ];
  if (classes.length > 0) lines.push('', classTable(report));
  if (imbalance !== null) lines.push('', `Largest class over smallest: ${figure(imbalance)}`);
  const found = Object.entries(issues).sort(([, a], [, b]) => b - a);
  if (found.length > 0) {
    lines.push('', 'Issues at the default thresholds:');
    lines.push(...found.map(([kind, times]) => `  ${kind}: ${count(times)}`));
  }
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
    ...(sort ? [{ title: sort.toUpperCase(), align: 'right' as const }] : []),
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

function classTable({ classes, splits }: InspectReport): string {
  const hasUnassigned = classes.some(({ perSplit }) => perSplit[''] !== undefined);
  const names = splits.length === 0 ? [] : [...splits, ...(hasUnassigned ? [''] : [])];
  const right = 'right' as const;
  const columns = [
    { title: 'CLASS' },
    { title: 'IMAGES', align: right },
    ...names.map((name) => ({ title: name === '' ? 'NO SPLIT' : name.toUpperCase(), align: right })),
  ];
  const rows = classes
    .slice(0, SHOWN_CLASSES)
    .map((entry) => [entry.name, count(entry.count), ...names.map((name) => count(entry.perSplit[name] ?? 0))]);
  const more = classes.length > SHOWN_CLASSES ? `\n… ${count(classes.length - SHOWN_CLASSES)} more classes` : '';
  return renderTable(columns, rows) + more;
}
