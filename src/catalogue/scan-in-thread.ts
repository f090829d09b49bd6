import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../entries.ts';
import { Problem } from '../problem.ts';

export interface ScanTask {
  source: string;
  cacheFolder: string | undefined;
  workspace: string | undefined;
}

/** Null: done. */
export type ScanResult = { code: string; message: string; advice: string } | null;

/**
 * Brings the catalogue on the disk in step with the files, while this thread goes on to answer. The memory that a scan takes is
 * given back with the thread.
 * @throws Problem as `openCatalogue`
 */
export async function scanInThread(task: ScanTask, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const thread = new Worker(workerUrl('catalogue/scan.worker.ts'), { workerData: task, name: 'scan', execArgv: [] });
  const stop = () => void thread.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const answer = once(thread, 'message', { signal }) as Promise<[ScanResult]>;
    const [problem] = await answer;
    if (problem) throw new Problem(problem.code, problem.message, problem.advice);
  } finally {
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}
