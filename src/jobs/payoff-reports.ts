import path from 'node:path';
import type { PayoffReport } from '../protocol/payoff.ts';
import { readKeptReport } from './kept-report.ts';
import { isRecord } from './record.ts';

/** Below `.loupe`. */
export const PAYOFFS = 'payoff';

/** Where payoffs of cleaning are kept below a workspace. */
export function payoffsFolder(workspace: string): string {
  return path.join(path.resolve(workspace), '.loupe', PAYOFFS);
}

/** @throws Problem `bad-report`; what the file system says */
export function readPayoffReport(folder: string): PayoffReport {
  return { ...readKeptReport(folder, { isReport: isPayoffReport, what: 'payoff of cleaning' }), folder };
}

/** What is shown of a report is there; its figures are trusted, being ours. */
export function isPayoffReport(value: unknown): value is PayoffReport {
  if (!isRecord(value) || value.version !== 1) return false;
  const { name, source, createdAt, seeds, runs, edits, heldOut, verified, notes } = value;
  return (
    [name, source, createdAt].every((one) => typeof one === 'string') &&
    [seeds, runs, notes].every(Array.isArray) &&
    isRecord(edits) &&
    [heldOut, verified].every((one) => one === null || (isRecord(one) && Array.isArray(one.interval)))
  );
}
