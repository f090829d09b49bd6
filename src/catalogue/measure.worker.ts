import { parentPort } from 'node:worker_threads';
import type { MeasureResult, MeasureTask } from './measure-protocol.ts';
import { measureRecord } from './measure-record.ts';

/** Files that are read and decoded while others are measured. */
const AT_ONCE = 4;

parentPort?.on('message', async (task: MeasureTask) => {
  parentPort?.postMessage(await measureTask(task));
});

async function measureTask({ root, images }: MeasureTask): Promise<MeasureResult> {
  const measures: Awaited<ReturnType<typeof measureRecord>>[] = new Array(images.length).fill(null);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < images.length; at = next++) {
      const image = images[at];
      if (image) measures[at] = await measureRecord(root, image);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { measures };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
