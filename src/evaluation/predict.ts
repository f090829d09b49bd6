import fs from 'node:fs';
import path from 'node:path';
import type { SkipCause } from '../dataset/types.ts';
import { chooseEngine } from '../engines/choose.ts';
import type { EngineInfo, ImageBatch } from '../engines/engine.ts';
import { decodeImage } from '../images/decode.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { decodedSize } from '../images/preprocess.ts';
import { jobFiles } from '../jobs/job.ts';
import { readModel } from '../models/save.ts';
import type { EngineConfig } from '../training/config.ts';
import { topK } from './metrics.ts';

export interface PredictOptions {
  /** Classes per image, the most likely first; default 5. */
  topK?: number;
  engine?: EngineConfig;
  batchSize?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export type ImagePrediction =
  | { path: string; top: { label: string; probability: number }[] }
  | { path: string; skipped: SkipCause; message: string };

export interface PredictResult {
  /** In the order of the paths given. */
  images: ImagePrediction[];
  labels: string[];
  engine: EngineInfo;
}

const BATCH_SIZE = 32;
const TOP_K = 5;

/**
 * Classifies image files with the best weights of a run, through the preprocessing saved beside them and nothing else. A file
 * that can't be decoded is told with its cause.
 * @throws Problem `no-model`, `bad-model`, or where no engine runs here; the signal's reason when aborted.
 */
export async function predictImages(
  runFolder: string,
  paths: string[],
  options: PredictOptions = {},
): Promise<PredictResult> {
  const { engine } = await chooseEngine(options.engine ?? { name: 'auto', threads: 0, precision: 'float32' });
  try {
    const { model, preprocess, labels } = await readModel(path.join(runFolder, jobFiles.model));
    const predictor = await engine.createPredictor(model, preprocess.normalization);
    const batchSize = Math.min(options.batchSize ?? BATCH_SIZE, Math.max(1, paths.length));
    const imageBytes = decodedSize(preprocess);
    const pixels = new Uint8Array(batchSize * imageBytes);
    const k = Math.min(options.topK ?? TOP_K, labels.length);
    const images: ImagePrediction[] = [];
    for (let start = 0; start < paths.length; start += batchSize) {
      options.signal?.throwIfAborted();
      const decoded = await Promise.all(paths.slice(start, start + batchSize).map((file) => decodeFile(file)));
      const good = decoded.filter((result): result is DecodedFile => 'pixels' in result);
      good.forEach((result, i) => {
        pixels.set(result.pixels, i * imageBytes);
      });
      const rows = good.length ? await predictor.predict(batchOf(pixels, good.length)) : new Float32Array();
      let row = 0;
      for (const result of decoded) {
        images.push('pixels' in result ? { path: result.path, top: topOf(rows, row++) } : result);
      }
      options.onProgress?.(images.length, paths.length);
    }
    predictor.dispose();
    model.dispose();
    return { images, labels, engine: engine.info };

    async function decodeFile(file: string): Promise<DecodedFile | FailedFile> {
      try {
        return { path: file, pixels: await decodeImage(await readFile(file), preprocess) };
      } catch (error) {
        if (!(error instanceof DecodeFailure)) throw error;
        return { path: file, skipped: error.skipCause, message: error.message };
      }
    }

    function topOf(rows: Float32Array, row: number): { label: string; probability: number }[] {
      const probabilities = rows.subarray(row * labels.length, (row + 1) * labels.length);
      return topK(probabilities, k).map((at) => ({
        label: labels[at] as string,
        probability: probabilities[at] as number,
      }));
    }
  } finally {
    await engine.dispose();
  }
}

interface DecodedFile {
  path: string;
  pixels: Uint8Array;
}

type FailedFile = Extract<ImagePrediction, { skipped: SkipCause }>;

async function readFile(file: string): Promise<Uint8Array> {
  try {
    return await fs.promises.readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new DecodeFailure('missing', 'There is no such file', { cause: error });
    }
    throw new DecodeFailure('unreadable', message, { cause: error });
  }
}

function batchOf(pixels: Uint8Array, size: number): ImageBatch {
  return { pixels, labels: new Int32Array(size), size };
}
