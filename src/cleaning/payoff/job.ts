import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../../files.ts';
import { jobFiles } from '../../jobs/job.ts';
import { isRecord } from '../../jobs/record.ts';
import { Problem } from '../../problem.ts';
import type { PayoffRun } from '../../protocol/payoff.ts';
import type { RunConfig } from '../../training/config.ts';

/** `job.json` of `.loupe/payoff/<id>`. */
export interface PayoffJob {
  schemaVersion: 1;
  verb: 'payoff';
  id: string;
  /** ISO 8601. */
  createdAt: string;
  config: RunConfig;
  /** Absolute folder against which `config.data.source` is resolved. */
  base: string;
  /** Of the trainings, each with and without the edits. */
  seeds: number[];
}

/** The runs that a payoff has made, by its process. */
const RUNS = 'runs.json';

export function isPayoffFolder(folder: string): boolean {
  return readJson(folder)?.verb === 'payoff';
}

/** @throws Problem `not-a-payoff` */
export function readPayoffJob(folder: string): PayoffJob {
  const value = readJson(folder);
  if (value?.verb === 'payoff' && value.schemaVersion === 1 && Array.isArray(value.seeds)) {
    return value as unknown as PayoffJob;
  }
  throw new Problem(
    'not-a-payoff',
    `${folder} is no payoff of this version.`,
    'Start a new one: loupe payoff <config>.',
  );
}

/** Its trainings in their order: seed by seed, so that what is there when it is stopped can be compared. */
export function readPayoffRuns(folder: string, { seeds }: Pick<PayoffJob, 'seeds'>): PayoffRun[] {
  const known = readJson(folder, RUNS) ?? {};
  return seeds.flatMap((seed) =>
    (['before', 'after'] as const).map((arm): PayoffRun => {
      const run = known[`${arm}-${seed}`];
      return { arm, seed, folder: typeof run === 'string' ? run : null };
    }),
  );
}

export function writePayoffRuns(folder: string, runs: readonly PayoffRun[]): void {
  writeJson(path.join(folder, RUNS), Object.fromEntries(runs.map((run) => [`${run.arm}-${run.seed}`, run.folder])));
}

function readJson(folder: string, name: string = jobFiles.job): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
