import type { IssuesStep, IssuesSummary } from '../../protocol/issues.ts';
import type { RunState } from '../../protocol/runs.ts';

/** How far the search through a data set is. */
export interface SearchProgress {
  text: string;
  /** 0–1; null: nobody knows. */
  share: number | null;
}

const steps: Record<IssuesStep, string> = {
  scan: 'Scanning',
  measure: 'Measuring pictures',
  train: 'Training folds',
  embed: 'Describing images',
  neighbours: 'Comparing images',
  duplicates: 'Looking for copies',
  outliers: 'Looking for outliers',
  labels: 'Checking labels',
  classes: 'Looking at classes',
  leaks: 'Looking for leaks',
  map: 'Drawing the map',
  list: 'Writing the list',
};

export function isSearching(state: RunState): boolean {
  return state === 'queued' || state === 'starting' || state === 'running' || state === 'stopping';
}

export function searchProgress({ what, done, total }: NonNullable<IssuesSummary['progress']>): SearchProgress {
  const step = Object.hasOwn(steps, what) ? steps[what as IssuesStep] : what;
  const grouped = (value: number) => value.toLocaleString('en-US');
  const text = total === null ? `${step}: ${grouped(done)}` : `${step}: ${grouped(done)} of ${grouped(total)}`;
  return { text, share: total ? Math.min(1, done / total) : null };
}
