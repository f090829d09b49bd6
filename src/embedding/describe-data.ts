import path from 'node:path';
import { readOverlay } from '../dataset/journal/overlay.ts';
import { openDataSet } from '../dataset/open.ts';
import type { DataSet, ScanProgress } from '../dataset/types.ts';
import { chooseEngine } from '../engines/choose.ts';
import type { Engine, EngineInfo } from '../engines/engine.ts';
import type { EngineConfig } from '../training/config.ts';
import { type Embeddings, embedImages } from './embed.ts';
import { type EmbeddingNetwork, type NetworkChoice, openEmbeddingNetwork } from './network.ts';

export interface DescribeOptions extends NetworkChoice {
  /** File of weights or of a whole network, name of the zoo, or folder of a run. */
  weights: string;
  engine: EngineConfig;
  onScan?: (progress: ScanProgress) => void;
  onEmbed?: (done: number, total: number) => void;
  onSkipped?: (path: string, message: string) => void;
  signal?: AbortSignal;
}

export interface DescribedData {
  data: DataSet;
  embeddings: Embeddings;
  network: Pick<EmbeddingNetwork, 'name' | 'key' | 'normalize' | 'output'> & { width: number; height: number };
  engine: EngineInfo;
  /** Seconds that computing the embeddings took. */
  seconds: number;
}

/**
 * Opens a data set, with what people decided about its images, and describes its images by a network; `use` then has the engine, which is stopped afterwards.
 * @throws Problem of `openDataSet` and `openEmbeddingNetwork`, `no-engine`; the signal's reason when aborted
 */
export async function describeData<T>(
  source: string,
  options: DescribeOptions,
  use: (described: DescribedData, engine: Engine) => Promise<T>,
): Promise<T> {
  const { onScan, signal } = options;
  const data = await openDataSet(path.resolve(source), {
    journal: readOverlay(source),
    ...(onScan && { onProgress: onScan }),
    ...(signal && { signal }),
  });
  const { engine } = await chooseEngine(options.engine);
  try {
    const network = await openEmbeddingNetwork(options.weights, options);
    const started = performance.now();
    const embeddings = await embedImages(engine, network, data, {
      onFailed: ({ index, message }) => options.onSkipped?.(data.images[index]?.path ?? '', message),
      ...(options.onEmbed && { onProgress: options.onEmbed }),
      ...(signal && { signal }),
    });
    const seconds = (performance.now() - started) / 1000;
    network.dispose();
    const { name, key, preprocess, normalize, output } = network;
    const described = { name, key, width: preprocess.width, height: preprocess.height, normalize, output };
    return await use({ data, embeddings, network: described, engine: engine.info, seconds }, engine);
  } finally {
    await engine.dispose();
  }
}
