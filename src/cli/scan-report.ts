import type { DataSet, ImageRecord } from '../dataset/types.ts';
import { editsText } from './edits-text.ts';
import { count, duration, megabytes, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SHOWN_EXAMPLES = 3;
const SHOWN_CLASSES = 100;

/** What `loupe scan --json` answers. */
export interface ScanReport {
  /** Absolute. */
  root: string;
  format: DataSet['format'];
  images: number;
  /** `unassigned`: images for which the source brings no split; training splits them. */
  classes: { name: string; count: number; train: number; validation: number; test: number; unassigned: number }[];
  formats: Record<string, number>;
  /** Pixels; null without images. */
  sizes: { width: Range; height: Range; distinct: number } | null;
  channels: Record<string, number>;
  /** Groups that must stay on one side of a split; 0 where there are none. */
  groups: number;
  bytes: number;
  skipped: DataSet['skipped'];
  warnings: DataSet['warnings'];
  /** What the user's label edits change; null: there are none. */
  journal: DataSet['journal'];
  fingerprint: string;
  seconds: number;
}

interface Range {
  min: number;
  median: number;
  max: number;
}

/** @param seconds that the scan took */
export function reportScan(data: DataSet, seconds: number): ScanReport {
  const classes = data.classes.map((name) => ({ name, count: 0, train: 0, validation: 0, test: 0, unassigned: 0 }));
  for (const { label, split, chosenSplit } of data.images) {
    const entry = classes[label];
    if (!entry) continue;
    entry.count++;
    entry[chosenSplit ?? split ?? 'unassigned']++;
  }
  return {
    root: data.root,
    format: data.format,
    images: data.images.length,
    classes,
    formats: tally(data.images, (image) => image.format),
    sizes: sizesOf(data.images),
    channels: tally(data.images, (image) => String(image.channels)),
    groups: new Set(data.images.map((image) => image.group).filter((group) => group !== null)).size,
    bytes: data.images.reduce((sum, image) => sum + image.bytes, 0),
    skipped: data.skipped,
    warnings: data.warnings,
    journal: data.journal,
    fingerprint: data.fingerprint,
    seconds: Math.round(seconds * 1000) / 1000,
  };
}

/** The same for people. */
export function describeScan(report: ScanReport, colors: Style): string {
  const { images, classes, sizes, skipped, warnings, journal } = report;
  const skippedCount = skipped.reduce((sum, entry) => sum + entry.count, 0);
  const lines = [
    `${colors.bold(report.root)} (${report.format})`,
    `${plural(images, 'image')} in ${plural(classes.length, 'class', 'classes')}${report.groups ? `, ${plural(report.groups, 'group')}` : ''}, ${megabytes(report.bytes)}, looked through in ${duration(report.seconds)}`,
    '',
    classTable(report),
    '',
    `Formats: ${list(report.formats)}`,
  ];
  if (sizes) {
    const { width, height, distinct } = sizes;
    lines.push(
      distinct === 1
        ? `Size: ${width.min} × ${height.min} pixels`
        : `Sizes: width ${width.min}–${width.max} (median ${width.median}), height ${height.min}–${height.max} (median ${height.median}), ${count(distinct)} different`,
    );
  }
  if (skippedCount > 0) lines.push('', `${colors.yellow('Skipped')} ${plural(skippedCount, 'file')}:`);
  for (const { cause, count: times, examples } of skipped) {
    lines.push(`  ${cause}: ${count(times)}`);
    for (const example of examples.slice(0, SHOWN_EXAMPLES)) lines.push(`    ${example.path}: ${example.message}`);
    if (times > SHOWN_EXAMPLES) lines.push(`    … ${count(times - SHOWN_EXAMPLES)} more`);
  }
  if (journal) lines.push('', editsText(journal));
  for (const { message } of warnings) lines.push('', `${colors.yellow('Note:')} ${message}`);
  return lines.join('\n');
}

function classTable({ classes }: ScanReport): string {
  const hasSplit = classes.some((entry) => entry.unassigned !== entry.count);
  const right = 'right' as const;
  const columns = [
    { title: 'CLASS' },
    { title: 'IMAGES', align: right },
    ...(hasSplit ? ['TRAIN', 'VALIDATION', 'TEST', 'NO SPLIT'].map((title) => ({ title, align: right })) : []),
  ];
  const rows = classes
    .slice(0, SHOWN_CLASSES)
    .map((entry) => [
      entry.name,
      count(entry.count),
      ...(hasSplit ? [entry.train, entry.validation, entry.test, entry.unassigned].map(count) : []),
    ]);
  const more = classes.length > SHOWN_CLASSES ? `\n… ${count(classes.length - SHOWN_CLASSES)} more classes` : '';
  return renderTable(columns, rows) + more;
}

function sizesOf(images: readonly ImageRecord[]): ScanReport['sizes'] {
  if (images.length === 0) return null;
  return {
    width: rangeOf(images.map((image) => image.width)),
    height: rangeOf(images.map((image) => image.height)),
    distinct: new Set(images.map((image) => `${image.width}x${image.height}`)).size,
  };
}

function rangeOf(values: number[]): Range {
  const sorted = values.sort((a, b) => a - b);
  return {
    min: sorted[0] as number,
    median: sorted[Math.floor((sorted.length - 1) / 2)] as number,
    max: sorted.at(-1) as number,
  };
}

function tally<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, times]) => `${name} ${count(times)}`)
    .join(', ');
}
