import type { PredictResult } from '../evaluation/predict.ts';
import type { ImagePrediction } from '../evaluation/predict-session.ts';
import { figure, percent, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SHOWN_SKIPPED = 20;

/** What `loupe predict --json` answers. */
export interface PredictReport {
  /** Absolute folder. */
  run: string;
  labels: string[];
  engine: PredictResult['engine'];
  /** What the probabilities were tempered with; null: as the network gave them. */
  temperature: number | null;
  /** In the order of the files; either `top` or `skipped` with a message. */
  images: ImagePrediction[];
  classified: number;
  /** Images that could not be read, by cause. */
  skipped: Record<string, number>;
}

export function reportPredictions(run: string, { images, labels, engine, temperature }: PredictResult): PredictReport {
  const skipped: Record<string, number> = {};
  for (const image of images) if ('skipped' in image) skipped[image.skipped] = (skipped[image.skipped] ?? 0) + 1;
  const classified = images.filter((image) => 'top' in image).length;
  return { run, labels, engine, temperature, images, classified, skipped };
}

/** @param out the table that was written in place of one on the screen */
export function describePredictions(report: PredictReport, colors: Style, out: string | null = null): string {
  const classified = report.images.filter((image) => 'top' in image);
  const rows = classified.map(({ path, top }) => [
    path,
    ...top.map(({ label, probability }) => `${label} ${percent(probability)}`),
  ]);
  const places = Math.max(0, ...classified.map(({ top }) => top.length));
  const columns = [{ title: 'IMAGE' }, ...Array.from({ length: places }, (_, i) => ({ title: `${i + 1}.` }))];
  const lines = rows.length && !out ? [renderTable(columns, rows), ''] : [];
  const skipped = report.images.filter((image) => 'skipped' in image);
  for (const { path, skipped: cause, message } of skipped.slice(0, SHOWN_SKIPPED)) {
    lines.push(`${colors.yellow(cause)} ${path}: ${message}`);
  }
  if (skipped.length > SHOWN_SKIPPED) lines.push(`… ${skipped.length - SHOWN_SKIPPED} more`);
  const causes = Object.entries(report.skipped).map(([cause, times]) => `${times} ${cause}`);
  const left = causes.length ? `; left out: ${causes.join(', ')}` : '';
  const calibrated = report.temperature === null ? '' : `, with temperature ${figure(report.temperature)}`;
  const written = out ? ` In ${out}.` : '';
  return [...lines, `${plural(report.classified, 'image')} classified${calibrated}${left}.${written}`].join('\n');
}
