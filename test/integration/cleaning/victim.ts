/**
 * Applies or takes back the edits of a data set, and dies on the way: `victim.ts <apply|undo> <source> <excluded-to> <call> <before|after|torn>`
 * kills itself (−9) at the given call of a function that changes the disk. Without a call it says how many there are.
 */
import fs from 'node:fs';
import { applyInPlace } from '../../../src/cleaning/apply/apply.ts';
import { undoApply } from '../../../src/cleaning/apply/undo.ts';

const [verb, source, excludedTo, callText, moment] = process.argv.slice(2) as [
  string,
  string,
  string,
  string?,
  string?,
];
const last = callText === undefined ? Number.POSITIVE_INFINITY : Number(callText);
let calls = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal needs no longer than this.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
  throw new Error('still alive');
}

type Call = (...args: never[]) => unknown;

function watch(
  name:
    | 'openSync'
    | 'writeSync'
    | 'writeFileSync'
    | 'renameSync'
    | 'unlinkSync'
    | 'rmSync'
    | 'rmdirSync'
    | 'mkdirSync'
    | 'fsyncSync',
): void {
  const original = fs[name] as Call;
  const watched: Call = (...args) => {
    const isLast = ++calls === last;
    if (isLast && moment === 'before') die();
    if (isLast && moment === 'torn' && name === 'writeSync') tear(args, original);
    const result = original(...args);
    if (isLast) die();
    return result;
  };
  Object.assign(fs, { [name]: watched });
}

/** Half of the bytes reach the disk. */
function tear(args: never[], write: Call): never {
  const [handle, data] = args as unknown as [number, string | Uint8Array];
  const bytes = Buffer.from(data);
  write(...([handle, bytes.subarray(0, bytes.length / 2)] as never[]));
  die();
}

for (const name of ['openSync', 'writeSync', 'writeFileSync', 'renameSync', 'unlinkSync'] as const) watch(name);
for (const name of ['rmSync', 'rmdirSync', 'mkdirSync', 'fsyncSync'] as const) watch(name);

if (verb === 'apply') await applyInPlace(source, { excludedTo });
else await undoApply(source, null);
process.stdout.write(String(calls));
