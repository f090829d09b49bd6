import type { EngineInfo } from '../engines/engine.ts';
import { type ImagePrediction, PredictSession, type SessionOptions } from './predict-session.ts';

export interface PredictOptions extends SessionOptions {
  /** Classes per image, the most likely first; default 5. */
  topK?: number;
  batchSize?: number;
  onProgress?: (done: number, total: number) => void;
  /** Each batch as it is done; with it the result keeps no images. */
  onBatch?: (images: ImagePrediction[]) => void;
  signal?: AbortSignal;
}

export interface PredictResult {
  /** In the order of the paths given. */
  images: ImagePrediction[];
  labels: string[];
  engine: EngineInfo;
  /** What the probabilities were tempered with; null: as the network gave them. */
  temperature: number | null;
}

const BATCH_SIZE = 32;
const TOP_K = 5;

/**
 * Classifies image files with the best weights of a run, or with a predictor, through the preprocessing saved beside the weights and
 * nothing else. A file that can't be decoded is told with its cause.
 * @throws Problem `no-model`, `bad-model`, `bad-predictor`, `weights-changed`, or where no engine runs here; the signal's reason
 * when aborted.
 */
export async function predictImages(
  subject: string,
  paths: string[],
  options: PredictOptions = {},
): Promise<PredictResult> {
  const session = await PredictSession.open(subject, options);
  try {
    const batchSize = options.batchSize ?? BATCH_SIZE;
    const images: ImagePrediction[] = [];
    let done = 0;
    for (let start = 0; start < paths.length; start += batchSize) {
      options.signal?.throwIfAborted();
      const files = paths.slice(start, start + batchSize).map((path) => ({ path }));
      const batch = await session.classify(files, options.topK ?? TOP_K);
      if (options.onBatch) options.onBatch(batch);
      else images.push(...batch);
      done += batch.length;
      options.onProgress?.(done, paths.length);
    }
    return { images, labels: session.labels, engine: session.info, temperature: session.temperature };
  } finally {
    await session.close();
  }
}
