import type { ImageBatch, Predictor } from '../engines/engine.ts';
import { ClassificationCounter, type ClassificationResult } from './metrics.ts';

export interface Evaluation extends ClassificationResult {
  predictions: Predictions;
}

/** Of the images that could be decoded, in the order they came. */
export interface Predictions {
  /** [image], position in the loader's images. */
  indices: Int32Array;
  /** [image, class]. */
  probabilities: Float32Array;
}

/** Where the images come from, e.g. the training's loader. */
export interface BatchSource {
  pass(order: Uint32Array, options: { failed: 'drop' }): AsyncIterable<SourceBatch>;
}

export interface SourceBatch extends ImageBatch {
  /** [size], position of each image in the source's images. */
  indices: Int32Array;
}

export interface EvaluateOptions {
  classes: number;
  onProgress?: (done: number, total: number) => void;
  /** Asked after each batch; true ends the evaluation. */
  shouldStop?: () => boolean;
}

/** Predicts the images of `order` and measures loss and accuracy; null where it was stopped before the end. */
export async function evaluate(
  predictor: Pick<Predictor, 'predict'>,
  source: BatchSource,
  order: Uint32Array,
  options: EvaluateOptions,
): Promise<Evaluation | null> {
  const { classes } = options;
  const counter = new ClassificationCounter(classes);
  const indices = new Int32Array(order.length);
  const probabilities = new Float32Array(order.length * classes);
  let done = 0;
  for await (const batch of source.pass(order, { failed: 'drop' })) {
    const predicted = (await predictor.predict(batch)).subarray(0, batch.size * classes);
    counter.add(predicted, batch.labels);
    indices.set(batch.indices, done);
    probabilities.set(predicted, done * classes);
    done += batch.size;
    options.onProgress?.(done, order.length);
    if (options.shouldStop?.()) return null;
  }
  const predictions = {
    indices: indices.subarray(0, done),
    probabilities: probabilities.subarray(0, done * classes),
  };
  return { ...counter.result(), predictions };
}
