import type { ImagePrediction, PredictResult } from '../evaluation/predict.ts';
import { percent, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** What `loupe predict --json` answers. */
export interface PredictReport {
  /** Absolute folder. */
  run: string;
  labels: string[];
  engine: PredictResult['engine'];
  /** In the order of the files; either `top` or `skipped` with a message. */
  images: ImagePrediction[];
  classified: number;
  /** Images that could not be read, by cause. */
  skipped: Record<string, number>;
}

export function reportPredictions(run: string, { images, labels, engine }: PredictResult): PredictReport {
  const skipped: Record<string, number> = {};
  for (const image of images) if ('skipped' in image) skipped[image.skipped] = (skipped[image.skipped] ?? 0) + 1;
  const classified = images.filter((image) => 'top' in image).length;
  return { run, labels, engine, images, classified, skipped };
}

export function describePredictions(report: PredictReport, colors: Style): string {
  const rows = report.images.map((image) =>
    'top' in image
      ? [image.path, ...image.top.map(({ label, probability }) => `${label} ${percent(probability)}`)]
      : [image.path, colors.yellow(`${image.skipped}: ${image.message}`)],
  );
  const places = Math.max(1, ...report.images.map((image) => ('top' in image ? image.top.length : 1)));
  const columns = [{ title: 'IMAGE' }, ...Array.from({ length: places }, (_, i) => ({ title: `${i + 1}.` }))];
  const causes = Object.entries(report.skipped).map(([cause, times]) => `${times} ${cause}`);
  const left = causes.length ? `; left out: ${causes.join(', ')}` : '';
  return `${renderTable(columns, rows)}\n\n${plural(report.classified, 'image')} classified${left}.`;
}
