import { withoutSuperseded } from '../jobs/read-events.ts';
import type { DoneEvent, JobEvent } from '../protocol/events.ts';

/** A run's events as they count now: what a resume superseded is left out, and so is the end of every session but the last. */
export function currentEvents(raw: readonly JobEvent[]): JobEvent[] {
  const resumed = raw.findLastIndex(({ kind }) => kind === 'resume');
  return withoutSuperseded(raw.filter(({ kind }, at) => kind !== 'done' || at > resumed));
}

/** How the run ended; null: it did not, or it goes on. */
export function endOf(events: readonly JobEvent[]): (DoneEvent & { t: number }) | null {
  return events.findLast((event) => event.kind === 'done') ?? null;
}
