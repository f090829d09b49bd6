import type { PredictItem } from '../../protocol/predict-panel.ts';

/** What the panel shows as a table: the same columns as `loupe predict --out`. */
export function predictionTable(items: readonly PredictItem[], format: 'csv' | 'jsonl'): string {
  if (format === 'jsonl') return items.map((item) => `${JSON.stringify(entryOf(item))}\n`).join('');
  const places = Math.max(1, ...items.map(({ top }) => top.length));
  const pairs = Array.from({ length: places }, (_, i) => [`label_${i + 1}`, `probability_${i + 1}`]).flat();
  const rows = items.map((item) => {
    const values = Array.from({ length: places }, (_, i) => [
      item.top[i]?.label ?? '',
      item.top[i] ? String(Number(item.top[i].probability.toPrecision(6))) : '',
    ]).flat();
    return [item.path ?? item.name, ...values, item.failure ?? ''];
  });
  return [['path', ...pairs, 'message'], ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

function entryOf({ name, path, top, failure }: PredictItem): object {
  return failure === null ? { path: path ?? name, top } : { path: path ?? name, message: failure };
}

/** RFC 4180. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
