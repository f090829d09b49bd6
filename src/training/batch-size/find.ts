import os from 'node:os';
import path from 'node:path';
import { readOverlay } from '../../dataset/journal/overlay.ts';
import { openDataSet } from '../../dataset/open.ts';
import { splitImages } from '../../dataset/split.ts';
import { chooseEngine } from '../../engines/choose.ts';
import type { Engine, EngineInfo } from '../../engines/engine.ts';
import type { RunConfig } from '../config.ts';
import { buildNetwork } from '../network.ts';
import { type BatchSearch, type BatchTrial, searchBatchSize } from './search.ts';
import { tryBatchSize } from './trial.ts';

const SMALLEST = 8;
const LARGEST = 1024;
/** Share of the free memory that a training may take; the rest is the loader's and everybody else's. */
const MEMORY_SHARE = 0.7;

export interface FoundBatchSize extends BatchSearch {
  engine: EngineInfo;
  /** Images to train with. */
  images: number;
}

/**
 * The batch size for a config on this machine. It changes nothing: write it into the config, so that a run, its resume and its copies
 * all have it.
 * @param onTrial after each that fitted
 * @throws Problem of the data set, the engine or the network
 */
export async function findBatchSize(
  config: RunConfig,
  base: string,
  onTrial?: (trial: BatchTrial) => void,
): Promise<FoundBatchSize> {
  const { source, format, groupPattern, journal } = config.data;
  const place = path.resolve(base, source);
  const data = await openDataSet(place, { format, groupPattern, journal: journal ? readOverlay(place) : null });
  const images = splitImages(data.images, { ...config.data, seed: config.seed }).filter(
    (one) => one === 'train',
  ).length;
  const { engine } = await chooseEngine(config.engine);
  try {
    const search = await searchOn(engine, config, { base, classes: data.classes.length, images, onTrial });
    return { ...search, engine: engine.info, images };
  } finally {
    await engine.dispose();
  }
}

export interface SearchFacts {
  /** Folder that the config's paths are relative to. */
  base: string;
  classes: number;
  /** Images to train with. */
  images: number;
  onTrial?: ((trial: BatchTrial) => void) | undefined;
}

/**
 * The search alone, on an engine that runs.
 * @param onTrial after each size that fitted
 * @throws Problem of the network or the engine
 */
export async function searchOn(
  engine: Engine,
  config: RunConfig,
  { base, classes, images, onTrial }: SearchFacts,
): Promise<BatchSearch> {
  const model = buildNetwork(config, classes, { base });
  try {
    const tryOne = async (batchSize: number) => {
      const trial = await tryBatchSize(engine, model, config, batchSize);
      if (trial) onTrial?.(trial);
      return trial;
    };
    const memory = process.memoryUsage.rss() + os.freemem() * MEMORY_SHARE;
    return await searchBatchSize(tryOne, { smallest: SMALLEST, largest: LARGEST, images, memory });
  } finally {
    model.dispose();
  }
}
