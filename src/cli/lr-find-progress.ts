import { setTimeout as wait } from 'node:timers/promises';
import { finderKind } from '../jobs/finder-tracker.ts';
import { followJob, type JobUpdate } from '../jobs/follow.ts';
import { isActive } from '../jobs/status.ts';
import type { JobEvent } from '../protocol/events.ts';
import type { FinderSummary, SweepEnd } from '../protocol/lr-finder.ts';
import { count, duration, figure, plural } from './format.ts';
import type { ProgressLine, ProgressReport } from './progress.ts';
import type { Style } from './style.ts';

const POLL_MS = 200;

/** Shows what happens in a finder's folder while it works. */
export function followFinder(
  folder: string,
  line: ProgressLine,
  colors: Style,
): { finish(): Promise<void>; close(): void } {
  let last: FinderSummary | null = null;
  const show = ({ summary, events }: JobUpdate<FinderSummary>) => {
    last = summary;
    for (const event of events) {
      const text = lineOf(event, summary, colors);
      if (text !== null) line.line(text);
    }
    if (isActive(summary.state)) line.report(reportOf(summary));
  };
  const follower = followJob(folder, finderKind(folder), { update: show }, { pollMs: POLL_MS });
  return {
    /** Waits until the last events have been shown. */
    async finish() {
      follower.refresh();
      for (let i = 0; i < 10 && (last === null || isActive(last.state)); i++) await wait(POLL_MS / 4);
    },
    close: () => follower.close(),
  };
}

function reportOf({ state, current, sweep, done, total, rate, loss }: FinderSummary): ProgressReport {
  const fields = { state, sweep: current, rate, loss };
  if (current === 0) return { what: 'Starting', done: 0, total: null, text: '…', fields };
  return {
    what: `Seed ${current}/${sweep.seeds}`,
    done,
    total,
    text: `rate ${rateText(rate)}  loss ${figure(loss)}`,
    fields,
  };
}

/** A line worth keeping on the screen, or null. */
export function lineOf(event: JobEvent, { sweep }: Pick<FinderSummary, 'sweep'>, colors: Style): string | null {
  switch (event.kind) {
    case 'engine':
      return colors.dim(`${event.label} on ${event.device}. ${event.reason}`);
    case 'lr-plan': {
      const from = event.checkpoint ? `the checkpoint at step ${count(event.checkpoint.step)}` : 'a fresh model';
      return colors.dim(
        `${plural(event.images, 'image')} an iteration, ${count(event.train)} to train on; ${count(event.parameters)} parameters, from ${from}`,
      );
    }
    case 'lr-sweep': {
      const valley = event.suggestions.valley;
      const found = valley === undefined ? 'no rate' : `valley ${rateText(valley)}`;
      return `Seed ${event.sweep + 1}/${sweep.seeds} (${event.seed})  ${found}  ${endText[event.end]}  ${duration(event.seconds)}`;
    }
    case 'skipped':
      return colors.yellow(`Skipped ${plural(event.count, 'image')}: ${event.cause}`);
    case 'warning':
      return `${colors.yellow('Warning:')} ${event.message}`;
    default:
      return null;
  }
}

const endText: Record<SweepEnd, string> = {
  completed: 'to the end',
  diverged: 'until the loss ran away',
  'not-finite': 'until the loss was no number',
  stopped: 'stopped',
};

/** Two significant digits: `0.0023`, `3.1e-5`. */
export function rateText(rate: number | null): string {
  if (rate === null) return '–';
  const rounded = Number(rate.toPrecision(2));
  return rounded < 1e-3 ? rounded.toExponential() : String(rounded);
}
