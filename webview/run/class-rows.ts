import type { ClassFigures } from '../../src/protocol/run-panel.ts';

export interface ClassRow {
  name: string;
  images: number;
  /** Shares 0–1; null: nothing to divide by. */
  recall: number | null;
  precision: number | null;
  f1: number | null;
}

/** One row a class, the worst recall first; classes without images last. */
export function classRows({ classes }: ClassFigures, names: readonly string[]): ClassRow[] {
  const rows = classes.map(([images, correct, taken], i): ClassRow => {
    const recall = images > 0 ? correct / images : null;
    const precision = taken > 0 ? correct / taken : null;
    const f1 = images + taken > 0 ? (2 * correct) / (images + taken) : null;
    return { name: names[i] ?? `class ${i + 1}`, images, recall, precision, f1 };
  });
  return rows.sort((a, b) => (a.recall ?? 2) - (b.recall ?? 2));
}
