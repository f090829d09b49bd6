import fs from 'node:fs';
import path from 'node:path';
import { EventWriter } from '../jobs/event-writer.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import { acquireLock } from '../jobs/lock.ts';
import { clearStop, isStopRequested } from '../jobs/stop.ts';
import { Problem } from '../problem.ts';
import type { StatusEvent } from '../protocol/events.ts';
import { StopRequest } from './stop-request.ts';

export type JobOutcome = 'done' | 'stopped' | 'failed';

export interface JobSession {
  folder: string;
  /** An earlier process has worked on the job. */
  begun: boolean;
  events: EventWriter;
  stop: StopRequest;
}

const PROGRESS_MS = 250;

/**
 * Does the work of a job folder as its only writer, from the first status event to the last. A failure is written to the
 * events with its cause and the next step.
 * @throws Problem `run-locked`, or where not even the events can be written
 */
export async function runJobSession(
  folder: string,
  signal: AbortSignal | undefined,
  work: (session: JobSession) => Promise<'done' | 'stopped'>,
): Promise<JobOutcome> {
  const lock = acquireLock(folder);
  try {
    const begun = fs.existsSync(path.join(folder, jobFiles.events));
    if (!begun && isStopRequested(folder)) return 'stopped';
    const events = new EventWriter(folder);
    const stop = new StopRequest(folder, signal);
    try {
      events.append({ kind: 'status', state: 'starting', pid: process.pid });
      const outcome = await work({ folder, begun, events, stop });
      events.append({ kind: 'status', state: outcome });
      clearStop(folder);
      return outcome;
    } catch (error) {
      return reportEnd(folder, events, stop, error);
    } finally {
      stop.close();
      events.close();
    }
  } finally {
    lock.release();
  }
}

/** Tells how far the scan of the data set is, a few times a second. */
export function scanReporter(events: EventWriter): (progress: { seen: number; total: number | null }) => void {
  let reported = 0;
  return ({ seen, total }) => {
    if (performance.now() - reported < PROGRESS_MS) return;
    reported = performance.now();
    events.append({ kind: 'progress', what: 'scan', done: seen, total });
  };
}

/** The last word of a job that did not come to its end: it was stopped while it was preparing, or something went wrong. */
function reportEnd(folder: string, events: EventWriter, stop: StopRequest, error: unknown): JobOutcome {
  const stopped = stop.signal.aborted && error instanceof Error && error.name === 'AbortError';
  const status = stopped ? ({ kind: 'status', state: 'stopped' } satisfies StatusEvent) : failureOf(folder, error);
  // What a user can act on is in the events, and whoever started the process shows it; a fault needs its stack.
  if (!stopped && !(error instanceof Problem)) process.stderr.write(`${describe(error)}\n`);
  try {
    events.append(status);
    if (stopped) clearStop(folder);
  } catch (second) {
    process.stderr.write(`The job's folder can't take its last status: ${describe(second)}\n`);
  }
  return stopped ? 'stopped' : 'failed';
}

function failureOf(folder: string, error: unknown): StatusEvent {
  const known = fsProblem(error, 'use', folder);
  if (known instanceof Problem)
    return { kind: 'status', state: 'failed', message: known.message, advice: known.advice };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    kind: 'status',
    state: 'failed',
    message,
    advice: `This looks like a fault in Loupe: please report it with the file ${jobFiles.log} of this folder.`,
  };
}

function describe(error: unknown): string {
  if (error instanceof Problem) return `${error.message} ${error.advice}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
