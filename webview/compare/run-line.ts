import type { ComparedRun, MetricColumn, ParamValue } from '../../src/protocol/compare.ts';
import type { Look } from './looks.ts';

/** A run as every part of the panel draws it. */
export interface RunLine {
  id: string;
  name: string;
  look: Look;
  run: ComparedRun;
}

/** A column of parameters or metrics, for the table, the scatter and the parallel axes. */
export interface Column {
  /** `param:…` or `metric:…`. */
  key: string;
  label: string;
  metric: MetricColumn | null;
  read(run: ComparedRun): ParamValue | undefined;
}

export function paramColumn(name: string): Column {
  const short = name.slice(name.lastIndexOf('.') + 1);
  return {
    key: `param:${name}`,
    label: ['name', 'enabled', 'metric'].includes(short) ? name.split('.').slice(-2).join('.') : short,
    metric: null,
    read: (run) => run.params[name] ?? run.facts[name],
  };
}

export function metricColumn(metric: MetricColumn): Column {
  return { key: `metric:${metric.name}`, label: metric.label, metric, read: (run) => run.metrics[metric.name] };
}
