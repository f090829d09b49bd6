// Applying label edits to the disk and taking them back, killed (−9) at seeded moments: at any call that changes the disk, before it, after it, or in the
// middle of a write. Each trial sees to it that no image is lost while the process is dead, that the next call comes to the end that an
// undisturbed one comes to, and that the undo comes back to the bytes of before.  node bench/apply-faults.ts [--kills 200]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Fault, type FaultSet, farFolder, prepareFaults, tryFault } from '../test/integration/cleaning/faults.ts';
import { writeResult } from './result-file.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } });
const wanted = Number(values.kills);
const started = performance.now();
const faults: Fault[] = [];
const failures: string[] = [];
let trials = 0;
let calls: FaultSet['calls'] | null = null;
let acrossFileSystems = false;

// What a failure leaves is no place to go on in: each begins with a data set of its own.
while (faults.length < wanted && failures.length < 20) await tryUntilFailure();

const count = (of: (fault: Fault) => string) =>
  Object.fromEntries([...Map.groupBy(faults, of)].map(([key, list]) => [key, list.length]));
writeResult('apply-faults', {
  kills: faults.length,
  trials,
  failures: { count: failures.length, examples: failures.slice(0, 10) },
  callsThatChangeTheDisk: calls,
  differentMoments: new Set(faults.map((fault) => JSON.stringify(fault))).size,
  byVerb: count(({ verb }) => verb),
  byMoment: count(({ moment }) => moment),
  acrossFileSystems,
  seconds: Math.round((performance.now() - started) / 1000),
});

async function tryUntilFailure(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-faults-'));
  const aside = farFolder(folder);
  acrossFileSystems = aside.isFar;
  try {
    const set = await prepareFaults(folder, aside.folder);
    calls = set.calls;
    while (faults.length < wanted) faults.push(...(await tryFault(set, trials++)));
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.rmSync(aside.folder, { recursive: true, force: true });
  }
}
