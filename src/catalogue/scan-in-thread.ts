import { Worker } from 'node:worker_threads';
import type { ScanProgress } from '../dataset/types.ts';
import { workerUrl } from '../entries.ts';
import { Problem } from '../problem.ts';
import { imageThreadLimits } from './thread-limits.ts';

export interface ScanTask {
  source: string;
  cacheFolder: string | undefined;
}

/** From the thread; the last one says how it ended, null: well. */
export type ScanMessage =
  | { progress: ScanProgress }
  | { ended: { code: string; message: string; advice: string } | null };

/**
 * Brings the catalogue on the disk in step with the files, while this thread goes on to answer. The memory that a scan takes is
 * given back with the thread.
 * @throws Problem as `openCatalogue`; the signal's reason when aborted
 */
export async function scanInThread(
  task: ScanTask,
  { onProgress, signal }: { onProgress?: ((progress: ScanProgress) => void) | undefined; signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  const options = { workerData: task, name: 'scan', execArgv: [], resourceLimits: imageThreadLimits };
  const thread = new Worker(workerUrl('catalogue/scan.worker.ts'), options);
  try {
    const problem = await new Promise<Extract<ScanMessage, { ended: unknown }>['ended']>((resolve, reject) => {
      thread.on('message', (message: ScanMessage) => {
        if ('progress' in message) onProgress?.(message.progress);
        else resolve(message.ended);
      });
      thread.once('error', reject);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    if (problem) throw new Problem(problem.code, problem.message, problem.advice);
  } finally {
    await thread.terminate();
  }
}
