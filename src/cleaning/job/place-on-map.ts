import { principalComponents } from '../space/pca.ts';
import { umap } from '../space/umap.ts';
import { stepKey } from '../step-store.ts';
import type { DescribedImages, Search } from './search.ts';

/** Of more images the neighbourhood graph takes too long to lay out. */
const MOST_FOR_UMAP = 100_000;

/** A place on the plane for every image, written into the catalogue. Needs an active TensorFlow.js backend. */
export async function placeOnMap(
  { job, catalogue, images, store, stop, steps, notes }: Search,
  { features, size, rows, neighbours, network, key }: DescribedImages,
): Promise<'pca' | 'umap'> {
  const wanted = job.settings.map === 'umap' && rows.length > MOST_FOR_UMAP ? 'pca' : job.settings.map;
  const method = wanted === 'umap' ? 'umap' : 'pca';
  if (wanted !== job.settings.map) {
    notes.push(
      `The map shows principal components: UMAP is for up to ${MOST_FOR_UMAP.toLocaleString('en-US')} images.`,
    );
  }
  return await steps.run('map', async (progress) => {
    const stored = stepKey(method, key, job.settings.seed);
    let places = store.read('map', stored)?.tensors[0]?.data;
    const kept = places?.length === rows.length * 2;
    if (!places || !kept) {
      const start = twoColumns(principalComponents(features, size, 2, { seed: job.settings.seed }));
      const options = { seed: job.settings.seed, onProgress: progress, signal: stop.signal };
      places = method === 'umap' && rows.length > 2 ? umap(neighbours, start, options) : start;
      store.write('map', stored, {
        tensors: [{ name: 'places', shape: [rows.length, 2], data: places }],
        metadata: {},
      });
    }
    const found = places;
    catalogue.writeMap({
      method,
      network,
      points: Array.from(rows, (at, row) => ({
        image: images[at]?.id as number,
        x: found[2 * row] as number,
        y: found[2 * row + 1] as number,
      })),
    });
    return { result: method, kept };
  });
}

function twoColumns({ values, count }: { values: Float32Array; count: number }): Float32Array {
  if (count === 2) return values;
  return Float32Array.from({ length: (values.length / count) * 2 }, (_, i) =>
    i % 2 < count ? (values[Math.floor(i / 2) * count + (i % 2)] as number) : 0,
  );
}
