import { measureImages as measureCatalogue } from '../../catalogue/measure-images.ts';
import type { Search } from './search.ts';

/** Measures the images of which nothing is measured yet; results are kept in the catalogue as they come. */
export async function measureImages({ catalogue, stop, steps, notes }: Search): Promise<void> {
  await steps.run('measure', async (progress) => {
    const { measured, failed } = await measureCatalogue(catalogue, { onProgress: progress, signal: stop.signal });
    if (failed > 0) notes.push(`${failed} images could not be read when they were measured.`);
    return { result: undefined, kept: measured === 0 };
  });
}
