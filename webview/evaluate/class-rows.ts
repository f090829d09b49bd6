import type { ClassReport, EvaluationReport } from '../../src/protocol/evaluation.ts';

export type ClassColumn = 'name' | 'images' | 'precision' | 'recall' | 'f1' | 'rocAuc' | 'averagePrecision';

export interface ClassRow {
  k: number;
  name: string;
  report: ClassReport;
}

/** Undefined figures last, whichever way; equal ones in the order of the classes. */
export function sortRows(
  { classes, perClass }: Pick<EvaluationReport, 'classes' | 'perClass'>,
  column: ClassColumn,
  descending: boolean,
): ClassRow[] {
  const rows = classes.map((name, k): ClassRow => ({ k, name, report: perClass[k] as ClassReport }));
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    if (column === 'name') return sign * a.name.localeCompare(b.name) || a.k - b.k;
    const left = figureOf(a.report, column);
    const right = figureOf(b.report, column);
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a.k - b.k;
    return sign * (left - right) || a.k - b.k;
  });
}

function figureOf(report: ClassReport, column: Exclude<ClassColumn, 'name'>): number | null {
  return column === 'images' ? report.images : report[column].value;
}
