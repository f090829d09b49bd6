// Takes a run's lock as a job process does; the tests in lock.test.ts race and kill it.
import { EventWriter } from '../../../src/jobs/event-writer.ts';
import { acquireLock } from '../../../src/jobs/lock.ts';
import { Problem } from '../../../src/problem.ts';

const [folder = '', mode] = process.argv.slice(2);
try {
  const lock = acquireLock(folder);
  if (mode === 'write') {
    const writer = new EventWriter(folder);
    writer.append({ kind: 'status', state: 'running', pid: process.pid });
    process.on('SIGTERM', () => {
      writer.append({ kind: 'status', state: 'stopped' });
      lock.release();
      process.exit(0);
    });
  }
  process.stdout.write('held\n');
  setInterval(() => {}, 1000);
} catch (error) {
  process.stdout.write(`${error instanceof Problem ? error.code : String(error)}\n`);
}
