import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { CatalogueProcess } from '../../../src/host/inspect/catalogue-process.ts';

/** Speaks as `loupe inspect --lines`; a page at offset 13 kills it, one at offset 7 is refused. Answers carry its own process id. */
const script = `
const overview = { root: '/d', source: '/d', revision: String(process.pid), images: 3 };
const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n');
say({ progress: { what: 'scan', done: 1, total: 3 } });
if (process.argv.includes('--refuse')) {
  say({ id: null, error: { code: 'no-images', message: 'No images.', advice: 'Choose another folder.' } });
  process.exit(1);
}
say({ ready: overview });
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, request } = JSON.parse(line);
  if (request.offset === 13 && !require('node:fs').existsSync(process.argv[1])) {
    require('node:fs').writeFileSync(process.argv[1], '');
    process.kill(process.pid, 'SIGKILL');
  } else if (request.offset === 7) say({ id, error: { code: 'bad-query', message: 'Bad.', advice: 'Mend it.' } });
  else if (request.offset === 666) process.kill(process.pid, 'SIGKILL');
  else if (request.offset === 100) {
    say({ progress: { what: 'scan', done: 2, total: 3 } });
    say({ ready: { ...overview, images: 2 } });
    say({ progress: null });
    say({ id, answer: { total: 2, rows: [] } });
  } else if (request.type === 'page') say({ id, answer: { total: process.pid, rows: [] } });
  else say({ id, answer: overview });
});
`;

let home = '';
before(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-catalogue-'));
});
after(() => fs.rmSync(home, { recursive: true, force: true }));

function catalogue(options: { args?: string[]; idleMs?: number } = {}) {
  const children: ChildProcess[] = [];
  const marker = path.join(home, 'killed-once');
  const asked = new CatalogueProcess('/d', {
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
    start: () => {
      const child = spawn(process.execPath, ['-e', script, marker, ...(options.args ?? [])], {
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      children.push(child);
      return child;
    },
  });
  return { catalogue: asked, children };
}

const page = (offset: number) => ({ type: 'page' as const, query: { text: '' }, offset, limit: 10 });

test('one process answers whoever asks, also what was asked before it was ready', async () => {
  const { catalogue: asked, children } = catalogue();
  const states: string[] = [];
  asked.onDidChange(() => states.push(asked.state.kind));
  const [first, second] = await Promise.all([asked.ask(page(0)), asked.ask(page(1))]);
  assert.equal(first.total, second.total);
  assert.equal(children.length, 1);
  assert.equal(asked.overview?.images, 3);
  assert.deepEqual([...new Set(states)], ['starting', 'ready']);
  asked.dispose();
});

test('a scan that goes on beside the answers tells how far it is, and when it is over', async () => {
  const { catalogue: asked } = catalogue();
  await asked.ask(page(0));
  const seen: string[] = [];
  asked.onDidChange(() => {
    const { state, overview } = asked;
    seen.push(`${state.kind} ${'progress' in state ? state.progress?.done : ''} ${overview?.images}`);
  });
  await asked.ask(page(100));
  assert.deepEqual(seen, ['ready 2 3', 'ready 2 2', 'ready undefined 2']);
  asked.dispose();
});

test('a refused request is a Problem of its own; the process goes on', async () => {
  const { catalogue: asked, children } = catalogue();
  await assert.rejects(asked.ask(page(7)), { name: 'Problem', code: 'bad-query', advice: 'Mend it.' });
  assert.equal((await asked.ask({ type: 'overview' })).images, 3);
  assert.equal(children.length, 1);
  asked.dispose();
});

test('after a crash another process is asked again', async () => {
  const { catalogue: asked, children } = catalogue();
  const answer = await asked.ask(page(13));
  assert.equal(children.length, 2);
  assert.equal(answer.total, children[1]?.pid);
  asked.dispose();
});

test('a question that kills every process is given up, and a new start is possible', async () => {
  const { catalogue: asked, children } = catalogue();
  await assert.rejects(asked.ask(page(666)), { code: 'process-failed' });
  assert.equal(children.length, 3);
  assert.equal(asked.state.kind, 'failed');
  asked.restart();
  assert.equal((await asked.ask({ type: 'overview' })).images, 3);
  asked.dispose();
});

test('a data set that can not be opened fails every question with its advice', async () => {
  const { catalogue: asked, children } = catalogue({ args: ['--refuse'] });
  await assert.rejects(asked.ask(page(0)), { code: 'no-images', advice: 'Choose another folder.' });
  assert.equal(asked.state.kind, 'failed');
  assert.equal(children.length, 1);
  asked.dispose();
});

test('without a holder the process ends; the next question starts another', async () => {
  const { catalogue: asked, children } = catalogue({ idleMs: 30 });
  const held = asked.hold();
  await asked.ask(page(0));
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(children[0]?.exitCode ?? children[0]?.signalCode, null);
  const over = new Promise((resolve) => children[0]?.once('exit', resolve));
  held.dispose();
  await over;
  assert.equal(asked.state.kind, 'resting');
  await asked.ask(page(0));
  assert.equal(children.length, 2);
  asked.dispose();
});
