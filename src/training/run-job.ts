import path from 'node:path';
import { chooseEngine } from '../engines/choose.ts';
import { assertValidConfig } from '../jobs/config-file.ts';
import { type Job, jobFiles } from '../jobs/job.ts';
import { readJob } from '../jobs/read.ts';
import { settleBatchSize } from './batch-size/settle.ts';
import { finish } from './finish.ts';
import { type JobOutcome, type JobSession, runJobSession, scanReporter } from './job-session.ts';
import { trainLoop } from './loop.ts';
import { prepareRun } from './prepare.ts';
import { openRunData } from './run-data.ts';
import { RunLogs } from './run-logs.ts';

/**
 * Trains the run of a job folder, from its beginning or from its last checkpoint, to its end or until it is asked to stop.
 * What happens is in `events.jsonl`; a failure is written there with its cause and the next step.
 * @throws Problem `not-a-run`, `bad-job`, `newer-job`, `run-locked`, or where not even the events can be written
 */
export async function runTrainJob(folder: string, options: { signal?: AbortSignal } = {}): Promise<JobOutcome> {
  const job = readJob(folder);
  return await runJobSession(folder, options.signal, (session) => train(job, session));
}

async function train(job: Job, { folder, begun, events, stop }: JobSession): Promise<'done' | 'stopped'> {
  await assertValidConfig(job.config, path.join(folder, jobFiles.job));
  const data = await openRunData(folder, job, { signal: stop.signal, onProgress: scanReporter(events) });
  const choice = await chooseEngine(job.config.engine);
  const { engine, reason, refused } = choice;
  try {
    const { name, label, device } = engine.info;
    events.append({ kind: 'engine', name, label, device, reason, refused });
    const { config } = await settleBatchSize(folder, job, { engine, data, events, stop });
    const run = await prepareRun({ folder, job: { ...job, config }, data, engine, events, stop });
    const logs = new RunLogs(folder, job.config.logging, events);
    try {
      const { step, epoch, stepInEpoch } = run.progress;
      if (begun) events.append({ kind: 'resume', step, epoch: stepInEpoch > 0 ? epoch + 1 : epoch });
      events.append({ kind: 'status', state: 'running', pid: process.pid });
      logs.begin();
      const end = await trainLoop(run);
      await finish(folder, run, end);
      logs.finish();
      return end.progress.ended ? 'done' : 'stopped';
    } finally {
      logs.close();
      await run.close();
    }
  } finally {
    await engine.dispose();
  }
}
