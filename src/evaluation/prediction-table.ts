import type { ImagePrediction } from './predict-session.ts';

export type TableFormat = 'csv' | 'jsonl';

/** By the file's ending; null: neither. */
export function tableFormat(file: string): TableFormat | null {
  const ending = file.toLowerCase().split('.').at(-1);
  return ending === 'csv' || ending === 'jsonl' ? ending : null;
}

/** The first line of a CSV: a pair of columns for each place. Nothing for JSONL. */
export function tableHead(format: TableFormat, places: number): string {
  if (format === 'jsonl') return '';
  const pairs = Array.from({ length: places }, (_, i) => [`label_${i + 1}`, `probability_${i + 1}`]).flat();
  return `${['path', ...pairs, 'skipped', 'message'].join(',')}\n`;
}

/** One line an image; probabilities with 6 significant digits. */
export function tableRows(format: TableFormat, places: number, images: readonly ImagePrediction[]): string {
  return images.map((image) => `${format === 'csv' ? csvRow(image, places) : jsonRow(image)}\n`).join('');
}

function csvRow(image: ImagePrediction, places: number): string {
  const top = 'top' in image ? image.top : [];
  const pairs = Array.from({ length: places }, (_, i) => {
    const found = top[i];
    return found ? [found.label, digits(found.probability)] : ['', ''];
  }).flat();
  const failure = 'skipped' in image ? [image.skipped, image.message] : ['', ''];
  return [image.path, ...pairs, ...failure].map((value) => quoted(String(value))).join(',');
}

function jsonRow(image: ImagePrediction): string {
  if (!('top' in image)) return JSON.stringify(image);
  const top = image.top.map(({ label, probability }) => ({ label, probability: digits(probability) }));
  return JSON.stringify({ ...image, top });
}

function digits(value: number): number {
  return Number(value.toPrecision(6));
}

/** RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
