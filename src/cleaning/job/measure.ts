import path from 'node:path';
import { readIdxRecord, readImageFile } from '../../dataset/decode-record.ts';
import { measureFile, measureImage } from '../../images/measures/measure-image.ts';
import type { Search } from './search.ts';

const AT_ONCE = 256;

/** Measures the images of which nothing is measured yet; results are kept in the catalogue as they come. */
export async function measureImages({ catalogue, data, stop, steps }: Search): Promise<void> {
  await steps.run('measure', async (progress) => {
    let done = 0;
    for (;;) {
      const some = catalogue.unmeasured(AT_ONCE);
      if (some.length === 0) break;
      stop.signal.throwIfAborted();
      const rows = await Promise.all(
        some.map(async ({ path: name, hash, format }) => ({
          hash,
          measures:
            format === 'idx'
              ? measureImage(await readIdxRecord(data.root, name), true)
              : await measureFile(await readImageFile(path.resolve(data.root, name))),
        })),
      );
      catalogue.writeMeasures(rows);
      done += some.length;
      progress(done, null);
    }
    return { result: undefined, kept: done === 0 };
  });
}
