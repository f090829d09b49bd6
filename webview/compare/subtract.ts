import type { PairDetail } from '../../src/protocol/compare.ts';

/** More classes than this are not read as a table; those with the largest changes are kept. */
const limit = 16;

export interface ConfusionPart {
  /** Positions in the classes, in the order shown. */
  classes: number[];
  /** [row][column] of those: the run's count minus the baseline's. */
  differences: number[][];
}

/** The run's confusions minus the baseline's, of the classes with the largest changes. */
export function subtract(
  detail: Pick<PairDetail, 'classes' | 'confusionA' | 'confusionB'>,
  most = limit,
): ConfusionPart {
  const { classes, confusionA, confusionB } = detail;
  const difference = (row: number, column: number) =>
    (confusionB[row]?.[column] ?? 0) - (confusionA[row]?.[column] ?? 0);
  const change = classes.map((_, at) =>
    classes.reduce((sum, _, other) => sum + Math.abs(difference(at, other)) + Math.abs(difference(other, at)), 0),
  );
  const kept = classes
    .map((_, at) => at)
    .sort((a, b) => change[b]! - change[a]! || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
  return { classes: kept, differences: kept.map((row) => kept.map((column) => difference(row, column))) };
}
