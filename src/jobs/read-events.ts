import path from 'node:path';
import type { JobEvent } from '../protocol/events.ts';
import { LineTail } from './event-tail.ts';
import { jobFiles } from './job.ts';
import { isRecord } from './record.ts';

/** One line of `events.jsonl`; null for an empty or damaged line and for anything that is not an event. */
export function parseEvent(line: string): JobEvent | null {
  if (!line) return null;
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value) || typeof value.t !== 'number' || typeof value.kind !== 'string') return null;
    return value as unknown as JobEvent;
  } catch {
    return null;
  }
}

/** New events of a run since the last `read`, damaged lines left out. Kinds that this version does not know are kept. */
export class EventTail {
  private readonly tail: LineTail;

  constructor(folder: string) {
    this.tail = new LineTail(path.join(folder, jobFiles.events));
  }

  /** `reset`: the file was replaced; forget what came before. */
  read(): { events: JobEvent[]; reset: boolean } {
    const { lines, reset } = this.tail.read();
    return { events: parseLines(lines), reset };
  }
}

/** All events of a run as they were written, those that a later resume superseded included. */
export function readRawEvents(folder: string): JobEvent[] {
  return new EventTail(folder).read().events;
}

/** True for what a resume at `step` makes void: steps, epochs, checkpoints and phases after it. */
function isSuperseded(event: JobEvent, step: number): boolean {
  // Whoever goes on at the first step of a phase says again that it begins.
  if (event.kind === 'phase') return event.step >= step;
  return (event.kind === 'step' || event.kind === 'epoch' || event.kind === 'checkpoint') && event.step > step;
}

/**
 * A resume goes back to a saved state: of the events before it, steps, epochs and checkpoints after its step are left out.
 * One pass from the end: an event survives if its step is no later than that of every resume that follows.
 */
export function withoutSuperseded(events: readonly JobEvent[]): JobEvent[] {
  let limit = Number.POSITIVE_INFINITY;
  const kept: JobEvent[] = [];
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i] as JobEvent;
    if (!isSuperseded(event, limit)) kept.push(event);
    if (event.kind === 'resume') limit = Math.min(limit, event.step);
  }
  return kept.reverse();
}

function parseLines(lines: readonly string[]): JobEvent[] {
  const events: JobEvent[] = [];
  for (const line of lines) {
    const event = parseEvent(line);
    if (event) events.push(event);
  }
  return events;
}
