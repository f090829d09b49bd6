import type { ComparedRun } from '../../protocol/compare.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { readProvenance } from '../read.ts';
import { metricsOf } from './metrics.ts';

/** A run of ours as it is compared. */
export function comparedRun(run: RunSummary): ComparedRun {
  const fingerprint = run.startedAt === null ? undefined : readProvenance(run.folder)?.dataFingerprint;
  return {
    id: run.folder,
    name: run.name,
    state: run.state,
    note: run.note,
    tags: run.tags,
    starred: run.starred,
    createdAt: run.createdAt,
    foreign: null,
    params: run.params,
    facts: {
      // Eight digits tell data sets apart as well as all of them, and can be read.
      ...(typeof fingerprint === 'string' ? { 'data used': fingerprint.slice(0, 8) } : {}),
      ...(run.engine === null ? {} : { 'engine used': run.engine }),
    },
    metrics: metricsOf(run),
  };
}
