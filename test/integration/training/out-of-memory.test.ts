import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { readResumePoint } from '../../../src/training/checkpoint.ts';
import { defaultEntries } from '../../../src/training/config.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { eventsOf, makeRun } from './runs.ts';

const phase = { ...defaultEntries['training.phases'], epochs: 1 };

/** WebAssembly's memory ends at 4 GiB on every machine; what is asked of it here is more. */
describe('a run that needs more memory than there is', { timeout: 300_000 }, () => {
  it('fails in its second phase with a batch to try, keeps its checkpoint and can be resumed', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'), { each: 40 });
    const phases = [
      { ...phase, batchSize: 16 },
      { ...phase, size: 512, batchSize: 90 },
    ];
    const input = { width: 64, height: 64 };
    const run = makeRun(folder, { engine: 'wasm', input, model: { width: 2 }, training: { phases } });
    assert.equal(await runTrainJob(run), 'failed');

    const { message, advice } = readSummary(run);
    assert.match(
      message!,
      /^The wasm engine ran out of memory: it needed [\d,]+ MiB more and already used [\d,]+ MiB\.$/,
    );
    assert.match(advice!, /training\.batchSize 45 instead of 90 and twice its training\.accumulate/);
    assert.match(advice!, /can be resumed from its last checkpoint/);
    const steps = eventsOf(run, 'step').length;
    assert.equal(readResumePoint(path.join(run, jobFiles.lastState))!.progress.step, steps);

    // What would not fit still does not; the run gets exactly as far, and repeats nothing.
    assert.equal(await runTrainJob(run), 'failed');
    assert.equal(eventsOf(run, 'resume').at(-1)!.step, steps);
    assert.equal(eventsOf(run, 'step').length, steps);
  });
});
