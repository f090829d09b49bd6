import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { PayoffReport } from '../protocol/payoff.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';
import { isRecord } from './record.ts';

/** Below `.loupe`. */
export const PAYOFFS = 'payoff';

/** Where payoffs of cleaning are kept below a workspace. */
export function payoffsFolder(workspace: string): string {
  return path.join(path.resolve(workspace), '.loupe', PAYOFFS);
}

/** @throws Problem `bad-report`; what the file system says */
export function readPayoffReport(folder: string): PayoffReport {
  const file = path.join(folder, jobFiles.report);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw bad(file, (error as Error).message);
  }
  if (!isPayoffReport(value)) throw bad(file, 'it is no payoff of cleaning, or one of another version of Loupe');
  return { ...value, folder, id: path.basename(folder) };
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

function bad(file: string, why: string): Problem {
  return new Problem('bad-report', `${file} can't be shown: ${why}.`, 'Delete its folder and measure again.');
}
