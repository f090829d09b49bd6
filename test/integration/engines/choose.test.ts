import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { chooseEngine } from '../../../src/engines/choose.ts';

test('a pinned engine starts with the number of threads asked for', async () => {
  const { engine, refused } = await chooseEngine({ name: 'wasm', threads: 2, adapter: '', precision: 'float32' });
  assert.deepEqual([engine.info.name, engine.info.threads, refused], ['wasm', 2, []]);
  assert.match(engine.info.device, /2 threads/);
  await engine.dispose();
});

test('the last resort starts too', async () => {
  const { engine } = await chooseEngine({ name: 'cpu', threads: 0, adapter: '', precision: 'float32' });
  assert.equal(engine.info.name, 'cpu');
  await engine.dispose();
});

test('importing the choice loads no engine', () => {
  const program = `
    await import('./src/engines/choose.ts');
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('tensorflow'));
    if (loaded.length > 0) throw new Error(loaded.join());
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
});

test('where threads can not start there is one, and the reason is told', () => {
  const program = `
    const { default: threads } = await import('node:worker_threads');
    const { syncBuiltinESMExports } = await import('node:module');
    threads.Worker = class { constructor() { throw new Error('no threads in this test'); } };
    syncBuiltinESMExports();
    const { startEngine } = await import('./src/engines/wasm/maker.ts');
    const engine = await startEngine(2, true).catch((error) => error);
    process.stdout.write(JSON.stringify(engine.info ?? { device: engine.message }));
    process.exit(0);
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  const info = JSON.parse(child.stdout);
  assert.equal(info.threads, 1, child.stdout + child.stderr);
  assert.match(info.device, /1 thread, .*no more threads: no threads in this test/);
});
