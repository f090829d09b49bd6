import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jobFiles } from '../../../src/jobs/job.ts';
import { readSummary } from '../../../src/jobs/list.ts';
import { acquireLock, assertNotLive, readLock, readLockState } from '../../../src/jobs/lock.ts';
import { requestStop } from '../../../src/jobs/stop.ts';
import { temporaryRun } from './temporary.ts';

const holderScript = fileURLToPath(new URL('./hold-run.ts', import.meta.url));

function startHolder(t: TestContext, folder: string, mode: string) {
  const child = spawn(process.execPath, [holderScript, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function firstLine(child: ReturnType<typeof startHolder>): Promise<string> {
  const [chunk] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return String(chunk).trim();
}

const lockFile = (folder: string) => path.join(folder, jobFiles.lock);
const writeLock = (folder: string, value: unknown) => fs.writeFileSync(lockFile(folder), JSON.stringify(value));

test('a lock is held until released, and a second one is refused', (t) => {
  const folder = temporaryRun(t);
  assert.equal(readLockState(folder), 'none');
  const lock = acquireLock(folder);
  assert.equal(readLockState(folder), 'live');
  assert.equal(readLock(folder)?.pid, process.pid);
  assert.throws(() => acquireLock(folder), { code: 'run-locked' });
  assert.throws(() => assertNotLive(folder), { code: 'run-live' });
  lock.release();
  lock.release();
  assert.equal(readLockState(folder), 'none');
  assertNotLive(folder);
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name.startsWith('lock')),
    [],
  );
});

test('a recycled pid is a stale lock: another start time', { skip: process.platform === 'win32' }, (t) => {
  const folder = temporaryRun(t);
  writeLock(folder, { pid: process.pid, startTime: 'another time', host: os.hostname() });
  assert.equal(readLockState(folder), 'stale');
  // A signal would end this process.
  requestStop(folder);
  acquireLock(folder).release();
});

test("another host's lock is respected", (t) => {
  const folder = temporaryRun(t);
  writeLock(folder, { pid: 1, startTime: 'x', host: 'some-other-machine' });
  assert.equal(readLockState(folder), 'other-host');
  assert.throws(() => acquireLock(folder), { code: 'run-locked', message: /some-other-machine/ });
});

test('a damaged lock blocks only while it is fresh', (t) => {
  const folder = temporaryRun(t);
  fs.writeFileSync(lockFile(folder), '{"pid"');
  assert.equal(readLockState(folder), 'live');
  const old = new Date(Date.now() - 60_000);
  fs.utimesSync(lockFile(folder), old, old);
  assert.equal(readLockState(folder), 'stale');
  acquireLock(folder).release();
});

test('of processes that race for a stale lock exactly one gets it', async (t) => {
  const folder = temporaryRun(t);
  writeLock(folder, { pid: 2 ** 22 + 1, startTime: 'x', host: os.hostname() });
  const words = await Promise.all([1, 2, 3, 4].map(() => firstLine(startHolder(t, folder, 'race'))));
  assert.deepEqual(words.sort(), ['held', 'run-locked', 'run-locked', 'run-locked']);
});

test('kill −9 of a writer: the run is interrupted and its lock can be taken', async (t) => {
  const folder = temporaryRun(t);
  const child = startHolder(t, folder, 'write');
  assert.equal(await firstLine(child), 'held');
  assert.equal(readSummary(folder).state, 'running');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  assert.equal(readSummary(folder).state, 'interrupted');
  acquireLock(folder).release();
});

test('a stop request leaves the stop file and signals the process', {
  skip: process.platform === 'win32',
}, async (t) => {
  const folder = temporaryRun(t);
  const child = startHolder(t, folder, 'write');
  await firstLine(child);
  requestStop(folder);
  assert.ok(['stopping', 'stopped'].includes(readSummary(folder).state));
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.equal(readSummary(folder).state, 'stopped');
});

test('a queued run that is asked to stop is cancelled', (t) => {
  const folder = temporaryRun(t);
  requestStop(folder);
  assert.equal(readSummary(folder).state, 'cancelled');
});
