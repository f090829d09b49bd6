import type { ComparedRun, ParamValue } from '../../protocol/compare.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { readProvenance } from '../read.ts';
import { flatten } from '../record.ts';
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
    params: expanded(run.params),
    facts: {
      // Eight digits tell data sets apart as well as all of them, and can be read.
      ...(typeof fingerprint === 'string' ? { 'data used': fingerprint.slice(0, 8) } : {}),
      ...(run.engine === null ? {} : { 'engine used': run.engine }),
    },
    metrics: metricsOf(run),
  };
}

/** A list of objects, which a summary holds as JSON, entry by entry: `training.phases.0.epochs`. */
export function expanded(params: Readonly<Record<string, ParamValue>>): Record<string, ParamValue> {
  return Object.fromEntries(Object.entries(params).flatMap(([name, value]) => entriesOf(name, value)));
}

function entriesOf(name: string, value: ParamValue): [string, ParamValue][] {
  if (typeof value !== 'string' || !value.startsWith('[{')) return [[name, value]];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list)
      ? list.flatMap((entry, at) => Object.entries(flatten(entry, `${name}.${at}`)))
      : [[name, value]];
  } catch {
    return [[name, value]];
  }
}
