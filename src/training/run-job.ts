import fs from 'node:fs';
import path from 'node:path';
import { chooseEngine } from '../engines/choose.ts';
import { assertValidConfig } from '../jobs/config-file.ts';
import { EventWriter } from '../jobs/event-writer.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { type Job, jobFiles } from '../jobs/job.ts';
import { acquireLock } from '../jobs/lock.ts';
import { readJob } from '../jobs/read.ts';
import { clearStop, isStopRequested } from '../jobs/stop.ts';
import { Problem } from '../problem.ts';
import type { StatusEvent } from '../protocol/events.ts';
import { finish } from './finish.ts';
import { trainLoop } from './loop.ts';
import { prepareRun } from './prepare.ts';
import { openRunData } from './run-data.ts';
import { StopRequest } from './stop-request.ts';

export type RunOutcome = 'done' | 'stopped' | 'failed';

const PROGRESS_MS = 250;

/**
 * Trains the run of a job folder, from its beginning or from its last checkpoint, to its end or until it is asked to stop.
 * What happens is in `events.jsonl`; a failure is written there with its cause and the next step.
 * @throws Problem `not-a-run`, `bad-job`, `newer-job`, `run-locked`, or where not even the events can be written
 */
export async function runTrainJob(folder: string, options: { signal?: AbortSignal } = {}): Promise<RunOutcome> {
  const job = readJob(folder);
  const lock = acquireLock(folder);
  try {
    const begun = fs.existsSync(path.join(folder, jobFiles.events));
    if (!begun && isStopRequested(folder)) return 'stopped';
    const events = new EventWriter(folder);
    const stop = new StopRequest(folder, options.signal);
    try {
      events.append({ kind: 'status', state: 'starting', pid: process.pid });
      const outcome = await train({ folder, job, begun, events, stop });
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

interface Session {
  folder: string;
  job: Job;
  /** An earlier process has worked on the run. */
  begun: boolean;
  events: EventWriter;
  stop: StopRequest;
}

async function train({ folder, job, begun, events, stop }: Session): Promise<'done' | 'stopped'> {
  await assertValidConfig(job.config, path.join(folder, jobFiles.job));
  const data = await openRunData(folder, job, { signal: stop.signal, onProgress: scanReporter(events) });
  const choice = await chooseEngine(job.config.engine);
  const { engine, reason, refused } = choice;
  try {
    const { name, label, device } = engine.info;
    events.append({ kind: 'engine', name, label, device, reason, refused });
    const run = await prepareRun({ folder, job, data, engine, events, stop });
    try {
      const { step, epoch, stepInEpoch } = run.progress;
      if (begun) events.append({ kind: 'resume', step, epoch: stepInEpoch > 0 ? epoch + 1 : epoch });
      events.append({ kind: 'status', state: 'running', pid: process.pid });
      const end = await trainLoop(run);
      await finish(folder, run, end);
      return end.progress.ended ? 'done' : 'stopped';
    } finally {
      await run.close();
    }
  } finally {
    await engine.dispose();
  }
}

function scanReporter(events: EventWriter): (progress: { seen: number; total: number | null }) => void {
  let reported = 0;
  return ({ seen, total }) => {
    if (performance.now() - reported < PROGRESS_MS) return;
    reported = performance.now();
    events.append({ kind: 'progress', what: 'scan', done: seen, total });
  };
}

/** The last word of a run that did not come to its end: it was stopped while it was preparing, or something went wrong. */
function reportEnd(folder: string, events: EventWriter, stop: StopRequest, error: unknown): RunOutcome {
  const stopped = stop.signal.aborted && error instanceof Error && error.name === 'AbortError';
  const status = stopped ? ({ kind: 'status', state: 'stopped' } satisfies StatusEvent) : failureOf(folder, error);
  // What a user can act on is in the events, and whoever started the process shows it; a fault needs its stack.
  if (!stopped && !(error instanceof Problem)) process.stderr.write(`${describe(error)}\n`);
  try {
    events.append(status);
    if (stopped) clearStop(folder);
  } catch (second) {
    process.stderr.write(`The run's folder can't take its last status: ${describe(second)}\n`);
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
    advice: `This looks like a fault in Loupe: please report it with the file ${jobFiles.log} of this run.`,
  };
}

function describe(error: unknown): string {
  if (error instanceof Problem) return `${error.message} ${error.advice}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
