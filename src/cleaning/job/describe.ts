import { embedImages } from '../../embedding/embed.ts';
import { openEmbeddingNetwork } from '../../embedding/network.ts';
import { chooseEngine } from '../../engines/choose.ts';
import type { Neighbours } from '../../evaluation/probes/nearest.ts';
import { similarImages } from '../space/neighbours.ts';
import { stepKey } from '../step-store.ts';
import type { DescribedImages, Search } from './search.ts';

/** Of each image; the map's graph is made of all of them, outliers of the first ten. */
const NEIGHBOURS = 15;

/** What a network makes of the images; those that can't be decoded are left out. @param source file of weights or folder of a run */
export async function embed(
  { job, data, images, events, stop, steps, notes }: Search,
  source: string,
): Promise<Omit<DescribedImages, 'neighbours'>> {
  return await steps.run('embed', async (progress) => {
    const { engine, reason, refused } = await chooseEngine(job.engine);
    try {
      const { name, label, device } = engine.info;
      events.append({ kind: 'engine', name, label, device, reason, refused });
      const network = await openEmbeddingNetwork(source, { side: job.settings.side ?? undefined });
      let failed = 0;
      try {
        const { features, size, indices, cached } = await embedImages(
          engine,
          network,
          { root: data.root, images: images.map(({ record }) => record) },
          { onFailed: () => failed++, onProgress: progress, signal: stop.signal },
        );
        if (failed > 0) notes.push(`${failed} images could not be decoded; nothing is said of their labels.`);
        const hashes = Array.from(indices, (i) => images[i]?.hash ?? '');
        const key = stepKey(network.key, hashes);
        const result = { features, size, rows: indices, network: network.name, key };
        return { result, kept: cached === images.length };
      } finally {
        network.dispose();
      }
    } finally {
      await engine.dispose();
    }
  });
}

/** The nearest others of each image, written into the catalogue. Needs an active TensorFlow.js backend. */
export async function findNeighbours(
  { catalogue, images, store, steps }: Search,
  described: Omit<DescribedImages, 'neighbours'>,
): Promise<DescribedImages> {
  const { features, size, rows, network, key } = described;
  const neighbours = await steps.run('neighbours', async () => {
    const before = store.read('neighbours', key);
    const result = (before && neighboursOf(before)) ?? similarImages(features, size, NEIGHBOURS);
    if (!before) {
      const shape = [rows.length, result.k];
      store.write('neighbours', key, {
        tensors: [
          { name: 'positions', shape, data: Float32Array.from(result.positions) },
          { name: 'similarities', shape, data: result.similarities },
        ],
        metadata: {},
      });
    }
    catalogue.writeNeighbours(network, catalogueNeighbours(result, rows, images));
    return { result, kept: before !== null };
  });
  return { ...described, neighbours };
}

function neighboursOf({
  tensors,
}: {
  tensors: { name: string; shape: number[]; data: Float32Array }[];
}): Neighbours | null {
  const positions = tensors.find(({ name }) => name === 'positions');
  const similarities = tensors.find(({ name }) => name === 'similarities');
  if (!positions || !similarities) return null;
  return {
    positions: Int32Array.from(positions.data),
    similarities: similarities.data,
    k: positions.shape[1] as number,
  };
}

function* catalogueNeighbours({ positions, similarities, k }: Neighbours, rows: Uint32Array, images: Search['images']) {
  const idOf = (row: number) => images[rows[row] as number]?.id as number;
  for (const row of rows.keys()) {
    const others: { other: number; similarity: number }[] = [];
    for (let at = row * k; at < (row + 1) * k && (positions[at] as number) >= 0; at++) {
      others.push({ other: idOf(positions[at] as number), similarity: similarities[at] as number });
    }
    yield { image: idOf(row), others };
  }
}
