import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { LoupeProcesses } from '../../../src/host/process.ts';

/** Stands where the real one is: does what its first argument says. */
const script = `
const [verb, text] = process.argv.slice(2);
if (verb === 'answer') { console.error('one'); console.error('two'); console.log(JSON.stringify({ text })); }
if (verb === 'problem') { console.log(JSON.stringify({ error: { code: 'one-class', message: 'One class.', advice: 'Add one.' } })); process.exitCode = 1; }
if (verb === 'crash') { console.error('Segmentation fault'); process.exitCode = 134; }
if (verb === 'hang') setInterval(() => {}, 1000);
if (verb === 'environment') console.log(JSON.stringify(Object.keys(process.env).filter((name) => /^VSCODE_|NODE_OPTIONS/.test(name))));
if (verb === 'train') console.log('trains ' + text);
`;

let home = '';
let processes: LoupeProcesses;
before(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-process-'));
  fs.mkdirSync(path.join(home, 'dist'));
  fs.writeFileSync(path.join(home, 'dist', 'loupe.mjs'), script);
  processes = new LoupeProcesses(home);
});
after(() => fs.rmSync(home, { recursive: true, force: true }));

test('the answer comes from stdout, what is said meanwhile line by line from stderr', async () => {
  const lines: string[] = [];
  const answer = await processes.ask(['answer', 'ü x'], { cwd: home, onLine: (line) => lines.push(line) });
  assert.deepEqual(answer, { text: 'ü x' });
  assert.deepEqual(lines, ['one', 'two']);
});

test("a verb's own problem keeps its code and advice", async () => {
  await assert.rejects(processes.ask(['problem'], { cwd: home }), {
    name: 'Problem',
    code: 'one-class',
    message: 'One class.',
    advice: 'Add one.',
  });
});

test('a process that dies without an answer is told with its last words', async () => {
  await assert.rejects(processes.ask(['crash'], { cwd: home }), {
    code: 'process-failed',
    message: /Segmentation fault/,
  });
});

test('cancelling ends the process and is no error of its own', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 100);
  await assert.rejects(processes.ask(['hang'], { cwd: home, signal: abort.signal }), { name: 'AbortError' });
});

test('what only the extension host should see stays there', async () => {
  process.env.VSCODE_IPC_HOOK_TEST = 'x';
  try {
    assert.deepEqual(await processes.ask(['environment'], { cwd: home }), []);
  } finally {
    delete process.env.VSCODE_IPC_HOOK_TEST;
  }
});

test('a training writes what it prints to the log of its run, after what is there', async () => {
  const run = path.join(home, 'run');
  fs.mkdirSync(run);
  fs.writeFileSync(path.join(run, 'log.txt'), 'before\n');
  const child = processes.startTraining(run);
  await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(fs.readFileSync(path.join(run, 'log.txt'), 'utf8'), `before\ntrains ${run}\n`);
});
