import type { ComparedRun, MetricColumn } from '../../protocol/compare.ts';
import type { RunSummary } from '../../protocol/runs.ts';

/** Of Loupe's own runs, in the order in which they are shown. */
const known: readonly (MetricColumn & { read(run: RunSummary): number | null })[] = [
  metric('val_accuracy', 'Validation accuracy', 'higher', 'share', (run) => run.validationAccuracy),
  metric('val_loss', 'Validation loss', 'lower', 'figure', (run) => run.validationLoss),
  metric('test_accuracy', 'Test accuracy', 'higher', 'share', (run) => run.testAccuracy),
  metric('accuracy', 'Training accuracy', 'higher', 'share', (run) => run.accuracy),
  metric('loss', 'Training loss', 'lower', 'figure', (run) => run.loss),
  metric('best_epoch', 'Best epoch', null, 'count', (run) => run.bestEpoch),
  metric('epoch', 'Epochs', null, 'count', (run) => run.epoch),
  metric('duration', 'Duration', 'lower', 'seconds', durationOf),
  metric('images_per_second', 'Images/s', 'higher', 'count', (run) => run.imagesPerSecond),
];

export function metricsOf(run: RunSummary): Record<string, number> {
  const values = known.map(({ name, read }) => [name, read(run)] as const);
  return Object.fromEntries(values.filter((entry): entry is readonly [string, number] => entry[1] !== null));
}

/** The metrics that at least one run has: the known ones first, those of foreign runs by name. */
export function metricColumns(runs: readonly ComparedRun[]): MetricColumn[] {
  const there = new Set(runs.flatMap(({ metrics }) => Object.keys(metrics)));
  const first = known.filter(({ name }) => there.delete(name)).map(({ read: _, ...column }) => column);
  return [...first, ...[...there].sort().map(columnNamed)];
}

/** What a metric of another tool probably is, judged by its name. */
export function columnNamed(name: string): MetricColumn {
  const isShare = /(^|[_/.\s-])(acc(uracy)?|f1|auc|precision|recall|top_?\d+)([_/.\s-]|$)/i.test(name);
  const isCost = /loss|error|perplexity|nll|brier|(^|[_/.\s-])(ece|mae|mse|rmse)([_/.\s-]|$)/i.test(name);
  const better = isCost ? 'lower' : isShare ? 'higher' : null;
  return { name, label: name, better, unit: isShare && !isCost ? 'share' : 'figure' };
}

/** Ids of the runs with the best value; none where no direction is better or all are equal. */
export function bestOf(runs: readonly ComparedRun[], { name, better }: MetricColumn): string[] {
  const values = runs.map(({ metrics }) => metrics[name]).filter((value) => value !== undefined);
  if (better === null || new Set(values).size < 2) return [];
  const best = better === 'higher' ? Math.max(...values) : Math.min(...values);
  return runs.filter(({ metrics }) => metrics[name] === best).map(({ id }) => id);
}

/** The run's value minus the baseline's; null where one of them has none. */
export function deltaOf(run: ComparedRun, baseline: ComparedRun | undefined, name: string): number | null {
  const [value, reference] = [run.metrics[name], baseline?.metrics[name]];
  return value === undefined || reference === undefined ? null : value - reference;
}

/** Seconds. */
function durationOf({ startedAt, endedAt }: RunSummary): number | null {
  return startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1000;
}

function metric(
  name: string,
  label: string,
  better: MetricColumn['better'],
  unit: MetricColumn['unit'],
  read: (run: RunSummary) => number | null,
): MetricColumn & { read(run: RunSummary): number | null } {
  return { name, label, better, unit, read };
}
