import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memory } from '@tensorflow/tfjs-core';
import { jobFiles } from '../../../src/jobs/job.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { runTrainJob } from '../../../src/training/run-job.ts';
import { temporaryFolder, writeImages } from './images.ts';
import { eventsOf, makeRun } from './runs.ts';

/** One leaked tensor of the first layer's activations a step (8 × 8 × 8 × 8 floats) would be 16 MiB. */
const ALLOWED_MIB = 12;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The resident set without the room that V8 keeps for later: how much of that it takes is its own affair. */
function usedMiB(): number {
  collectGarbage();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  return (rss - heapTotal + heapUsed) / 2 ** 20;
}

describe('a long run', () => {
  it('holds as many tensors and as much memory after 1,000 steps as after 200', async (t) => {
    const folder = temporaryFolder(t);
    await writeImages(path.join(folder, 'images'), { each: 12 });
    // 3 steps an epoch: epochs, validation and checkpoints come along 400 times.
    const run = makeRun(folder, {
      engine: 'wasm',
      training: { epochs: 400, schedule: { ...defaultConfig.training.schedule, name: 'constant' } },
    });
    const samples: { step: number; tensors: number; mib: number }[] = [];
    const write = fs.writeSync;
    fs.writeSync = ((...args: Parameters<typeof fs.writeSync>) => {
      const event = args[1]?.toString() ?? '';
      if (event.includes('"kind":"epoch"')) {
        const step = Number(/"step":(\d+)/.exec(event)?.[1]);
        if (step % 30 === 0) samples.push({ step, tensors: memory().numTensors, mib: usedMiB() });
      }
      return write(...args);
    }) as typeof fs.writeSync;
    t.after(() => {
      fs.writeSync = write;
    });
    assert.equal(await runTrainJob(run), 'done');
    assert.ok(eventsOf(run, 'step').length >= 1000);
    const early = samples.filter(({ step }) => step > 150 && step <= 250);
    const late = samples.filter(({ step }) => step > 1050);
    assert.ok(early.length > 2 && late.length > 2);
    assert.deepEqual(new Set(late.map(({ tensors }) => tensors)), new Set(early.map(({ tensors }) => tensors)));
    const growth = median(late.map(({ mib }) => mib)) - median(early.map(({ mib }) => mib));
    assert.ok(growth < ALLOWED_MIB, `memory in use grew by ${growth.toFixed(1)} MiB`);
    assert.ok(fs.statSync(path.join(run, jobFiles.lastState)).size < 1e6);
  });
});

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
