import { measureImages as measureCatalogue } from '../../catalogue/measure-images.ts';
import type { Search } from './search.ts';

/** Measures the images of which nothing is measured yet; results are kept in the catalogue as they come. */
export async function measureImages({ catalogue, stop, steps }: Search): Promise<void> {
  await steps.run('measure', async (progress) => {
    const { measured } = await measureCatalogue(catalogue, { signal: stop.signal, onProgress: progress });
    return { result: undefined, kept: measured === 0 };
  });
}
