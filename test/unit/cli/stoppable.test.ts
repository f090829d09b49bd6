import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileByFile, stoppable } from '../../../src/cli/stoppable.ts';
import { Problem } from '../../../src/problem.ts';
import { makeTerminal } from './terminals.ts';

describe('work that can be stopped', () => {
  it('gives its result, and takes its progress away', async () => {
    const { terminal, written } = makeTerminal('bar');
    const result = await stoppable(terminal, fileByFile, async (line) => {
      line.report({ what: 'Applying', done: 1, total: 2 });
      return 7;
    });
    assert.equal(result, 7);
    assert.equal(written.at(-1), '\r\x1b[K');
  });

  it('tells the user that it stops, and that the same call goes on', async () => {
    const { terminal, written } = makeTerminal('plain');
    const before = process.listenerCount('SIGHUP');
    const work = stoppable(terminal, fileByFile, async (_line, signal) => {
      process.emit('SIGHUP', 'SIGHUP');
      signal.throwIfAborted();
    });
    const message = 'Stopped on the way; every file is whole.';
    await assert.rejects(work, { code: 'stopped', message, advice: 'The same call goes on where it stopped.' });
    assert.deepEqual(written, ['Stopping after this file …\n']);
    assert.equal(process.listenerCount('SIGHUP'), before);
  });

  it('throws what the work throws, also after a signal where it says more', async () => {
    const { terminal } = makeTerminal('none');
    const fault = new TypeError('no');
    await assert.rejects(
      stoppable(terminal, fileByFile, () => Promise.reject(fault)),
      (error) => error === fault,
    );
    const full = new Problem('disk-full', 'The disk is full.', 'Make room.');
    const work = stoppable(terminal, fileByFile, async () => {
      process.emit('SIGHUP', 'SIGHUP');
      throw full;
    });
    await assert.rejects(work, (error) => error === full);
  });
});
