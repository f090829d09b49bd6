import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../problem.ts';
import { openCatalogue } from './open-catalogue.ts';
import type { ScanResult, ScanTask } from './scan-in-thread.ts';

const { source, cacheFolder, workspace } = workerData as ScanTask;

async function scan(): Promise<ScanResult> {
  try {
    const catalogue = await openCatalogue(source, { cacheFolder, workspace });
    catalogue.close();
    return null;
  } catch (error) {
    const known = error instanceof Problem ? error : null;
    const message = error instanceof Error ? error.message : String(error);
    return { code: known?.code ?? 'unexpected', message, advice: known?.advice ?? '' };
  }
}

parentPort?.postMessage(await scan());
