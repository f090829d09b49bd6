// Applying label edits to the disk and taking them back, killed (−9) at seeded moments: at any call that changes the disk, before it, after it, or in the
// middle of a write. Each trial asserts that no image is lost while the process is dead, that the next call comes to the end that an
// undisturbed one comes to, and that the undo comes back to the bytes of before.  node bench/apply-faults.ts [--kills 200]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, farFolder, prepareFaults, tryFault } from '../test/integration/cleaning/faults.ts';
import { writeResult } from './result-file.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } });
const wanted = Number(values.kills);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-faults-'));
const aside = farFolder(folder);
const started = performance.now();
try {
  const set = await prepareFaults(folder, aside.folder);
  const faults: Fault[] = [];
  let trials = 0;
  while (faults.length < wanted) faults.push(...(await tryFault(set, trials++)));
  const count = (of: (fault: Fault) => string) =>
    Object.fromEntries([...Map.groupBy(faults, of)].map(([key, list]) => [key, list.length]));
  writeResult('apply-faults', {
    kills: faults.length,
    trials,
    lost: 0,
    notResumed: 0,
    notReversed: 0,
    callsThatChangeTheDisk: set.calls,
    differentMoments: new Set(faults.map((fault) => JSON.stringify(fault))).size,
    byVerb: count(({ verb }) => verb),
    byMoment: count(({ moment }) => moment),
    acrossFileSystems: aside.isFar,
    seconds: Math.round((performance.now() - started) / 1000),
  });
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(aside.folder, { recursive: true, force: true });
}
