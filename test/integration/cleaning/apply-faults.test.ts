import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { farFolder, prepareFaults, tryFault } from './faults.ts';
import { temporaryFolder } from './workspace.ts';

test('apply and undo: killed (−9) at twelve moments, nothing is lost and all comes to the same end', async (t) => {
  const folder = temporaryFolder(t);
  const { folder: aside } = farFolder(folder);
  t.after(() => fs.rmSync(aside, { recursive: true, force: true }));
  const set = await prepareFaults(folder, aside);
  let kills = 0;
  for (let seed = 100; kills < 12; seed++) kills += (await tryFault(set, seed)).length;
  assert.ok(kills >= 12);
});
