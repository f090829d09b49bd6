import type { DataReport } from '../protocol/baseline.ts';
import { textOf, type VerbInput, type VerbOption } from './verb.ts';

/** Options of the verbs that keep a report on a data set. */
export const reportOptions: Record<string, VerbOption> = {
  reports: { type: 'string', value: '<folder>', help: 'Where to keep the report; default: .loupe/baselines here.' },
  'no-keep': { type: 'boolean', help: 'Do not keep the report.' },
};

/** What became of a report: its folder, or why it was not kept, which costs nobody the figures. */
export interface Kept {
  folder: string | null;
  /** A line for the end of the text; empty: nothing to say. */
  text: string;
}

/** Keeps a report where the user wants it. */
export async function keepReport(
  input: VerbInput,
  report: Omit<DataReport, 'version' | 'id' | 'createdAt'>,
): Promise<Kept> {
  if (input.values['no-keep'] === true) return { folder: null, text: '' };
  const { dataReportsFolder, keepDataReport } = await import('../jobs/data-reports.ts');
  const { Problem } = await import('../problem.ts');
  const { fromHere } = await import('./format.ts');
  try {
    const folder = keepDataReport(textOf(input, 'reports') ?? dataReportsFolder('.'), report);
    return { folder, text: `\nKept in ${fromHere(folder)}` };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { folder: null, text: `\nNot kept: ${error.message}` };
  }
}
