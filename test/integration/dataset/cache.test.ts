import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDecodedCache } from '../../../src/images/decoded-cache.ts';
import { decodedSize } from '../../../src/images/preprocess.ts';
import { cacheSettings, hashOf, pixelsOf } from './cache-records.ts';
import { temporaryFolder } from './files.ts';

const writer = fileURLToPath(new URL('./cache-writer.ts', import.meta.url));
const run = promisify(execFile);

/** How many of the first `count` records are there; each must hold its own pixels. */
function countWhole(folder: string, count: number): number {
  const cache = openDecodedCache(cacheSettings, { folder });
  const into = new Uint8Array(decodedSize(cacheSettings));
  let whole = 0;
  for (let i = 0; i < count; i++) {
    if (!cache.read(hashOf(i), into, 0)) continue;
    assert.deepEqual(into, pixelsOf(i), `record ${i}`);
    whole++;
  }
  cache.close();
  return whole;
}

function bytesIn(folder: string): number {
  const names = fs.readdirSync(folder, { recursive: true }) as string[];
  return names.reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
}

test('processes that write at once lose nothing, and each reads what the others wrote', async (context) => {
  const folder = temporaryFolder(context);
  const outputs = await Promise.all(
    [0, 150, 300].map((first) => run(process.execPath, [writer, folder, String(first), '200'], { timeout: 60_000 })),
  );
  for (const { stdout } of outputs) assert.equal(stdout, '{"problem":null}\n');
  assert.equal(countWhole(folder, 500), 500);
});

test('kill -9 while writing: what has a line is whole, the next process goes on', async (context) => {
  const folder = temporaryFolder(context);
  const child = spawn(process.execPath, [writer, folder, '0', '1000000'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', (_, signal) => resolve(signal)));
  for (let tries = 0; bytesIn(folder) < 2e6 && tries < 1000; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  const kept = countWhole(folder, 6000);
  assert.ok(kept > 100, `${kept}`);
  const { stdout } = await run(process.execPath, [writer, folder, '0', '6000'], { timeout: 60_000 });
  assert.equal(stdout, '{"problem":null}\n');
  assert.equal(countWhole(folder, 6000), 6000);
});

test('the marker of a killed process does not protect its segments for ever', async (context) => {
  const folder = temporaryFolder(context);
  await run(process.execPath, [writer, folder, '0', '50'], { timeout: 60_000 });
  const [key = ''] = fs.readdirSync(folder);
  const { pid } = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  fs.writeFileSync(path.join(folder, key, `live-${pid}-00000000`), '');
  const other = openDecodedCache({ ...cacheSettings, width: 16 }, { folder, limitBytes: 100_000 });
  other.add(hashOf(1), new Uint8Array(16 * 32 * 3));
  assert.equal(other.problem, null);
  other.close();
  assert.equal(countWhole(folder, 50), 0);
});

test('a disk that is full turns the cache off with one sentence; what was written stays', {
  skip: process.platform === 'win32',
}, async (context) => {
  const folder = temporaryFolder(context);
  // A limit on the size of files fails a write as a full disk does, without being root.
  const command = `trap '' XFSZ; ulimit -f 200; exec "$0" "$@"`;
  const { stdout } = await run('bash', ['-c', command, process.execPath, writer, folder, '0', '500'], {
    timeout: 60_000,
  });
  assert.match(stdout, /no longer kept/);
  const kept = countWhole(folder, 500);
  assert.ok(kept > 20 && kept < 500, `${kept}`);
});
