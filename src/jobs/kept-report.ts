import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';

/**
 * Reads a report that a folder keeps, which is named by its folder.
 * @param what it is, for those who find another one
 * @throws Problem `bad-report`; what the file system says
 */
export function readKeptReport<Report extends object>(
  folder: string,
  { isReport, what }: { isReport: (value: unknown) => value is Report; what: string },
): Report & { id: string } {
  const file = path.join(folder, jobFiles.report);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw bad(file, (error as Error).message);
  }
  if (!isReport(value)) throw bad(file, `it is no ${what}, or one of another version of Loupe`);
  return { ...value, id: path.basename(folder) };
}

function bad(file: string, why: string): Problem {
  return new Problem('bad-report', `${file} can't be shown: ${why}.`, 'Delete its folder and measure again.');
}
