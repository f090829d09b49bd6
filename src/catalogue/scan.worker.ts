import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../problem.ts';
import { openUnscanned, scanInto } from './open-catalogue.ts';
import type { ScanMessage, ScanTask } from './scan-in-thread.ts';

const { source, cacheFolder } = workerData as ScanTask;
const say = (message: ScanMessage) => parentPort?.postMessage(message);

async function scan(): Promise<Extract<ScanMessage, { ended: unknown }>['ended']> {
  try {
    const catalogue = await openUnscanned(source, { cacheFolder });
    try {
      await scanInto(catalogue, source, { cacheFolder, onProgress: (progress) => say({ progress }) });
    } finally {
      catalogue.close();
    }
    return null;
  } catch (error) {
    const known = error instanceof Problem ? error : null;
    const message = error instanceof Error ? error.message : String(error);
    return { code: known?.code ?? 'unexpected', message, advice: known?.advice ?? '' };
  }
}

say({ ended: await scan() });
