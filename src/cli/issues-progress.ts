import { followJob } from '../jobs/follow.ts';
import { IssuesTracker } from '../jobs/issues-job.ts';
import type { ProgressLine } from './progress.ts';

const words: Partial<Record<string, string>> = {
  scan: 'Scanning',
  measure: 'Measuring images',
  train: 'Training folds',
  embed: 'Describing images',
  neighbours: 'Comparing images',
  duplicates: 'Looking for copies',
  outliers: 'Looking for outliers',
  labels: 'Judging labels',
  classes: 'Looking at classes',
  leaks: 'Looking for leaks',
  map: 'Drawing the map',
  list: 'Listing what was found',
};

/** Shows how far a search is. */
export function followIssues(folder: string, line: ProgressLine): { close(): void } {
  return followJob(
    folder,
    { makeTracker: () => new IssuesTracker(folder), goneCode: 'not-a-search' },
    {
      update({ summary: { progress } }) {
        if (!progress) return;
        const { what, done, total } = progress;
        line.report({ what: words[what] ?? what, done, total, fields: { what } });
      },
    },
    { pollMs: 200 },
  );
}
