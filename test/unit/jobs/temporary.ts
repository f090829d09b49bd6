import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { createJob } from '../../../src/jobs/create.ts';
import { defaultConfig, type RunConfig } from '../../../src/training/config.ts';

/** A folder that is gone when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-jobs-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A new run in a temporary runs folder; returns its folder. */
export function temporaryRun(t: TestContext, change: Partial<RunConfig> = {}): string {
  const runs = path.join(temporaryFolder(t), 'runs');
  return createJob(runs, { ...structuredClone(defaultConfig), name: 'test run', ...change }, runs);
}
