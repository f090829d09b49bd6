import { Problem } from '../problem.ts';
import { defaultSweep, type SweepSettings } from '../protocol/lr-finder.ts';
import type { RunConfig } from '../training/config.ts';
import { createJobFolder } from './create.ts';
import { JOB_SCHEMA_VERSION, type Job } from './job.ts';
import { readJobRecord } from './read.ts';
import { fillDefaults, isRecord } from './record.ts';

/** `job.json` of a learning-rate finder, in `.loupe/lr-finder/<id>`. */
export interface FinderJob extends Pick<Job, 'schemaVersion' | 'id' | 'createdAt' | 'config' | 'base'> {
  verb: 'lr-find';
  sweep: SweepSettings;
  origin: FinderOrigin;
}

/** What the rate is for, absolute: a config file, a data set trained without one, or a run at its last checkpoint. */
export interface FinderOrigin {
  kind: 'config' | 'data' | 'run';
  path: string;
}

export interface NewFinder {
  config: RunConfig;
  /** Folder against which `config.data.source` is resolved. */
  base: string;
  sweep: SweepSettings;
  origin: FinderOrigin;
}

/**
 * Makes the folder of a new finder in `findersFolder`, and returns it.
 * @throws Problem `bad-sweep`, `disk-full`, `no-permission`
 */
export function createFinder(findersFolder: string, { config, base, sweep, origin }: NewFinder): string {
  assertSweep(sweep);
  return createJobFolder(findersFolder, config.name || config.model.architecture, (id, createdAt) => {
    const job: FinderJob = {
      schemaVersion: JOB_SCHEMA_VERSION,
      verb: 'lr-find',
      id,
      createdAt,
      config,
      base,
      sweep,
      origin,
    };
    return job;
  });
}

/** @throws Problem `not-a-finder`, `bad-job`, `newer-job` */
export function readFinderJob(folder: string): FinderJob {
  const { record, ...head } = readJobRecord(folder, 'lr-find', {
    code: 'not-a-finder',
    what: 'a learning-rate finder',
    advice: 'Choose a folder in .loupe/lr-finder.',
  });
  const origin = isRecord(record.origin) ? record.origin : {};
  const kind = origin.kind === 'config' || origin.kind === 'run' ? origin.kind : 'data';
  return {
    ...head,
    verb: 'lr-find',
    sweep: fillDefaults(defaultSweep, isRecord(record.sweep) ? record.sweep : undefined) as SweepSettings,
    origin: { kind, path: typeof origin.path === 'string' ? origin.path : head.base },
  };
}

const limits = { steps: [20, 2000], seeds: [1, 20] } as const;

/** @throws Problem `bad-sweep` with the setting and what it may be */
export function assertSweep(sweep: SweepSettings): void {
  if (!(sweep.start > 0 && sweep.end > sweep.start && Number.isFinite(sweep.end))) {
    throw badSweep(
      `from ${sweep.start} to ${sweep.end}`,
      'The rate has to rise from a number above 0 to a larger one.',
    );
  }
  for (const name of ['steps', 'seeds'] as const) {
    const [least, most] = limits[name];
    if (Number.isInteger(sweep[name]) && sweep[name] >= least && sweep[name] <= most) continue;
    throw badSweep(
      `with ${sweep[name]} ${name}`,
      `Give a whole number from ${least} to ${most.toLocaleString('en-US')}.`,
    );
  }
}

function badSweep(what: string, advice: string): Problem {
  return new Problem('bad-sweep', `Can't look for a learning rate ${what}.`, advice);
}
