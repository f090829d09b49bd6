import type { EvaluatePanelState } from '../../src/protocol/evaluate-panel.ts';
import type { EvaluationReport } from '../../src/protocol/evaluation.ts';

/** Larger matrices can't be read: those classes are shown that are confused most. */
const MOST_SHOWN = 50;

export interface MatrixCell {
  label: number;
  predicted: number;
  images: number;
  /** Share of the label's images (rows) or of what was taken for the class (columns); of the label's for counts. */
  share: number;
}

export interface MatrixData {
  /** Positions in `classes`, in the order shown. */
  order: number[];
  /** [row][column] */
  cells: MatrixCell[][];
  hidden: number;
}

/** The matrix as it is drawn. */
export function matrixData(
  { classes, confusion, similarityOrder, perClass }: EvaluationReport,
  { matrix, order: wanted }: Pick<EvaluatePanelState, 'matrix' | 'order'>,
): MatrixData {
  const all = wanted === 'similarity' ? similarityOrder : [...classes.keys()];
  const mistakes = new Map<number, number>();
  for (const [label, predicted, images] of confusion) {
    if (label === predicted) continue;
    mistakes.set(label, (mistakes.get(label) ?? 0) + images);
    mistakes.set(predicted, (mistakes.get(predicted) ?? 0) + images);
  }
  const kept = new Set(
    [...classes.keys()].sort((a, b) => (mistakes.get(b) ?? 0) - (mistakes.get(a) ?? 0) || a - b).slice(0, MOST_SHOWN),
  );
  const order = all.filter((k) => kept.has(k));
  const counts = new Map(confusion.map(([label, predicted, images]) => [label * classes.length + predicted, images]));
  const cells = order.map((label) =>
    order.map((predicted) => {
      const images = counts.get(label * classes.length + predicted) ?? 0;
      const whole = matrix === 'columns' ? (perClass[predicted]?.predicted ?? 0) : (perClass[label]?.images ?? 0);
      return { label, predicted, images, share: whole ? images / whole : 0 };
    }),
  );
  return { order, cells, hidden: classes.length - order.length };
}
