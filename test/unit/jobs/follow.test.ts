import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createJob } from '../../../src/jobs/create.ts';
import { EventWriter } from '../../../src/jobs/event-writer.ts';
import { type FollowOptions, followRun, type RunUpdate } from '../../../src/jobs/follow.ts';
import { followRuns } from '../../../src/jobs/follow-list.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import type { RunList } from '../../../src/jobs/list.ts';
import { acquireLock } from '../../../src/jobs/lock.ts';
import { editMeta } from '../../../src/jobs/meta.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { temporaryFolder, temporaryRun } from './temporary.ts';

/** Waits until `condition` holds; the test's own limit is generous, the wait itself ends at once. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) assert.fail(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function follow(t: TestContext, folder: string, options: FollowOptions = {}) {
  const seen: { updates: RunUpdate[]; removed: number; failures: unknown[] } = {
    updates: [],
    removed: 0,
    failures: [],
  };
  const follower = followRun(
    folder,
    {
      update: (update) => seen.updates.push(update),
      removed: () => seen.removed++,
      failed: (problem) => seen.failures.push(problem),
    },
    options,
  );
  t.after(() => follower.close());
  return { seen, follower, kinds: () => seen.updates.flatMap(({ events }) => events.map((event) => event.kind)) };
}

for (const options of [{ watch: false, pollMs: 50 }, { pollMs: 400 }]) {
  const how = options.watch === false ? 'by polling alone' : 'with a watcher';
  test(`${how}: events, lock and meta of a run whose files did not exist yet`, async (t) => {
    const folder = temporaryRun(t);
    const { seen, kinds } = follow(t, folder, options);
    await until(() => seen.updates.length === 1, 'the first update');
    assert.equal(seen.updates[0]?.summary.state, 'queued');
    assert.equal(seen.updates[0]?.reset, true);
    const lock = acquireLock(folder);
    const writer = new EventWriter(folder);
    writer.append({ kind: 'status', state: 'running' });
    await until(() => seen.updates.at(-1)?.summary.state === 'running', 'running');
    writer.append({ kind: 'warning', code: 'a', message: 'b' });
    await until(() => kinds().length === 2, 'the second event');
    assert.deepEqual(kinds(), ['status', 'warning']);
    assert.equal(seen.updates.filter((update) => update.reset).length, 1);
    editMeta(folder, { starred: true });
    await until(() => seen.updates.at(-1)?.summary.starred === true, 'the star');
    writer.close();
    lock.release();
    await until(() => seen.updates.at(-1)?.summary.state === 'interrupted', 'interrupted');
  });
}

test('a run that does not exist yet is followed once it is there; one that is removed is told, and may come back', async (t) => {
  const root = temporaryFolder(t);
  const runs = path.join(root, 'runs');
  const made = createJob(runs, defaultConfig, root);
  const folder = path.join(root, 'later', 'run');
  const { seen } = follow(t, folder, { pollMs: 50 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(seen.updates.length, 0);
  fs.mkdirSync(path.dirname(folder));
  fs.renameSync(made, folder);
  await until(() => seen.updates.length === 1, 'the run');
  fs.renameSync(folder, made);
  await until(() => seen.removed === 1, 'removed');
  fs.renameSync(made, folder);
  await until(() => seen.updates.length === 2, 'back');
  assert.equal(seen.updates[1]?.reset, true);
  assert.deepEqual(seen.failures, []);
});

test('a damaged job file is told once', async (t) => {
  const folder = temporaryRun(t);
  fs.writeFileSync(path.join(folder, jobFiles.job), '{');
  const { seen } = follow(t, folder, { pollMs: 20 });
  await until(() => seen.failures.length > 0, 'the failure');
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(seen.failures.length, 1);
});

test('nothing is called after closing', async (t) => {
  const folder = temporaryRun(t);
  const { seen, follower } = follow(t, folder, { pollMs: 20 });
  await until(() => seen.updates.length === 1, 'the first update');
  follower.close();
  editMeta(folder, { name: 'other' });
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(seen.updates.length, 1);
});

test('a list follows runs that appear, change, run, break and go', async (t) => {
  const root = temporaryFolder(t);
  const runs = path.join(root, 'runs');
  const lists: RunList[] = [];
  const follower = followRuns(runs, (list) => lists.push(list), { pollMs: 50 });
  t.after(() => follower.close());
  const last = () => lists.at(-1);
  await until(() => lists.length === 1, 'the empty list');
  assert.deepEqual(last(), { runs: [], unreadable: [] });
  const first = createJob(runs, { ...defaultConfig, name: 'first' }, root);
  await until(() => last()?.runs.length === 1, 'the first run');
  const longAgo = new Date(Date.now() - 3_600_000);
  fs.utimesSync(first, longAgo, longAgo);
  await new Promise((resolve) => setTimeout(resolve, 150));
  editMeta(first, { name: 'renamed' });
  await until(() => last()?.runs[0]?.name === 'renamed', 'the name of a run that was quiet');
  const lock = acquireLock(first);
  const writer = new EventWriter(first);
  writer.append({ kind: 'status', state: 'running' });
  await until(() => last()?.runs[0]?.state === 'running', 'running');
  fs.utimesSync(first, longAgo, longAgo);
  await new Promise((resolve) => setTimeout(resolve, 150));
  writer.append({ kind: 'status', state: 'done' });
  await until(() => last()?.runs[0]?.state === 'done', 'an event of a running run, whose folder does not change');
  writer.close();
  lock.release();
  const second = createJob(runs, { ...defaultConfig, name: 'second' }, root);
  fs.writeFileSync(path.join(second, jobFiles.job), '{');
  await until(() => last()?.unreadable.length === 1, 'the damaged run');
  fs.rmSync(second, { recursive: true });
  await until(() => last()?.unreadable.length === 0, 'its removal');
  const count = lists.length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(lists.length, count);
});
