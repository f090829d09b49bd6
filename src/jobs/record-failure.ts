import { EventWriter } from './event-writer.ts';
import { acquireLock } from './lock.ts';

/**
 * For whoever started a run's process and saw it end without a word (it could not be spawned, or crashed before its first
 * event): writes the failure in its place, so that the run does not stay queued.
 * @throws Problem `run-locked` where a process is at work after all, `disk-full`, `no-permission`, `folder-missing`
 */
export function recordFailure(folder: string, message: string, advice: string): void {
  const lock = acquireLock(folder);
  try {
    const events = new EventWriter(folder);
    try {
      events.append({ kind: 'status', state: 'failed', message, advice });
    } finally {
      events.close();
    }
  } finally {
    lock.release();
  }
}
