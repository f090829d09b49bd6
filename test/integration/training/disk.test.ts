import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { readResumePoint } from '../../../src/training/checkpoint.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { countedEvents, eventsOf, makeRun } from './runs.ts';

const isRoot = process.getuid?.() === 0;

describe('a run whose disk', () => {
  it('is full fails with the cause, loses nothing that was saved, and can go on', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'));
    const runs = path.join(folder, '.loupe', 'runs');
    fs.mkdirSync(runs, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', runs]).status === 0;
    if (!mounted) return t.skip('needs the right to mount a small tmpfs');
    try {
      const run = makeRun(folder, { training: { epochs: 30 } });
      const running = runTrainJob(run);
      while (!fs.existsSync(path.join(run, jobFiles.lastState))) await new Promise((resolve) => setTimeout(resolve, 5));
      fillUp(path.join(runs, 'filler'));
      assert.equal(await running, 'failed');
      const saved = readResumePoint(path.join(run, jobFiles.lastState))!.progress.step;
      assert.ok(saved > 0);
      assert.deepEqual(
        fs.readdirSync(path.join(run, jobFiles.state)).filter((name) => name.includes('tmp')),
        [],
      );
      fs.rmSync(path.join(runs, 'filler'));
      assert.ok(['failed', 'interrupted'].includes(readSummary(run).state));
      const [failure] = eventsOf(run, 'status').filter(({ state }) => state === 'failed');
      if (failure) assert.match(`${failure.message} ${failure.advice}`, /disk is full.*Free some space/s);
      assert.equal(await runTrainJob(run), 'done');
      assert.ok(eventsOf(run, 'resume').at(-1)!.step >= saved);
      assert.equal(countedEvents(run).filter((event) => 'waitMs' in event && 'images' in event).length, 30 * 6);
    } finally {
      spawnSync('umount', ['-l', runs]);
    }
  });

  it('may not be written to fails with the cause', { skip: isRoot && 'root may write everywhere' }, async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'));
    const run = makeRun(folder, { training: { epochs: 1000 } });
    const running = runTrainJob(run);
    while (eventsOf(run, 'epoch').length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const state = path.join(run, jobFiles.state);
    fs.chmodSync(state, 0o500);
    assert.equal(await running, 'failed');
    fs.chmodSync(state, 0o700);
    assert.match(readSummary(run).message ?? '', /permission denied/);
  });
});

/** Writes until nothing more fits. */
function fillUp(file: string): void {
  const handle = fs.openSync(file, 'w');
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) fs.writeSync(handle, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    fs.closeSync(handle);
  }
}
