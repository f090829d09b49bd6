import path from 'node:path';
import type { ImageRecord } from '../dataset/types.ts';
import type { Engine, ImageBatch } from '../engines/engine.ts';
import { cacheRoot } from '../files.ts';
import type { DecodeSettings } from '../images/preprocess.ts';
import { RecordCache } from '../images/record-cache.ts';
import { ImageLoader, type LoaderOptions } from '../training/loader.ts';
import type { EmbeddingNetwork } from './network.ts';

/** Images described by numbers; those that can't be decoded are left out. */
export interface Embeddings {
  /** [image, size], one row after the other. */
  features: Float32Array;
  /** Numbers per image. */
  size: number;
  /** [image], positions in the images that were given. */
  indices: Uint32Array;
  /** Images whose numbers were kept from an earlier time. */
  cached: number;
}

export interface EmbedOptions extends Pick<LoaderOptions, 'onFailed'> {
  batchSize?: number;
  /** Of the kept embeddings; default: in the cache root. */
  cacheFolder?: string;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const BATCH_SIZE = 32;
/** Of all embeddings together: half a million images of 1,280 numbers. */
const LIMIT_BYTES = 2.5e9;

/** How images are described: by a network's features, or by ones that need no network. */
export interface Description {
  /** Equal for equal numbers of equal images. */
  key: string;
  /** Numbers per image. */
  size: number;
  preprocess: DecodeSettings;
  /** [image, size] */
  describe(batch: ImageBatch): Promise<Float32Array> | Float32Array;
}

/**
 * What `network` makes of the images: computed once for the same weights, preprocessing and image content, and kept.
 * @throws EngineError; the signal's reason when aborted
 */
export async function embedImages(
  engine: Engine,
  network: EmbeddingNetwork,
  data: { root: string; images: ImageRecord[] },
  options: EmbedOptions = {},
): Promise<Embeddings> {
  const { preprocess, key } = network;
  const extractor = await network.createExtractor(engine);
  try {
    const description = {
      key,
      size: extractor.size,
      preprocess,
      describe: (batch: ImageBatch) => extractor.features(batch),
    };
    return await describeImages(description, data, options);
  } finally {
    extractor.dispose();
  }
}

/**
 * Describes the images that were not described before, and keeps what it finds.
 * @throws the signal's reason when aborted
 */
export async function describeImages(
  { key, size, preprocess, describe }: Description,
  data: { root: string; images: ImageRecord[] },
  options: EmbedOptions = {},
): Promise<Embeddings> {
  const folder = options.cacheFolder ?? path.join(cacheRoot(), 'embeddings');
  const bytes = size * Float32Array.BYTES_PER_ELEMENT;
  const cache = new RecordCache({
    folder,
    key: `${key}-${size}`,
    size: bytes,
    limitBytes: LIMIT_BYTES,
    what: 'Embeddings',
  });
  const rows = new Float32Array(data.images.length * size);
  const into = new Uint8Array(rows.buffer);
  const there = new Uint8Array(data.images.length);
  data.images.forEach(({ hash }, i) => {
    there[i] = cache.read(hash, into, i * bytes) ? 1 : 0;
  });
  const missing = Uint32Array.from([...there.keys()].filter((i) => !there[i]));
  const cached = data.images.length - missing.length;
  const { batchSize = BATCH_SIZE, onFailed = () => undefined } = options;
  const loader = new ImageLoader({ root: data.root, images: data.images, settings: preprocess, batchSize, onFailed });
  try {
    let done = cached;
    for await (const batch of loader.pass(missing, { failed: 'drop' })) {
      options.signal?.throwIfAborted();
      const features = await describe(batch);
      batch.indices.forEach((index, i) => {
        const row = features.subarray(i * size, (i + 1) * size);
        rows.set(row, index * size);
        there[index] = 1;
        cache.add((data.images[index] as ImageRecord).hash, into.subarray(index * bytes, (index + 1) * bytes));
      });
      done += batch.size;
      options.onProgress?.(done, data.images.length);
    }
  } finally {
    await loader.close();
    cache.close();
  }
  return compact(rows, size, there, cached);
}

function compact(rows: Float32Array, size: number, there: Uint8Array, cached: number): Embeddings {
  const indices = Uint32Array.from([...there.keys()].filter((i) => there[i]));
  if (indices.length === there.length) return { features: rows, size, indices, cached };
  const features = new Float32Array(indices.length * size);
  indices.forEach((index, i) => {
    features.set(rows.subarray(index * size, (index + 1) * size), i * size);
  });
  return { features, size, indices, cached };
}
