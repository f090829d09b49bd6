import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { ImageBatch, Predictor } from '../engine.ts';
import type { TensorFlowBinding } from './binding.ts';
import { engineError } from './failures.ts';
import { lowerPredictor } from './lower/inference.ts';
import type { Precision } from './lower/pass.ts';
import { type Feed, Session, type Values } from './session.ts';

/** Predicts with the weights that the model had when this was made. */
export class TensorFlowPredictor implements Predictor {
  readonly notices: readonly string[];
  readonly #session: Session;
  readonly #imageShape: readonly number[];

  /** @param notices what is done otherwise than asked */
  constructor(
    binding: TensorFlowBinding,
    model: LayersModel,
    normalization: Normalization,
    precision: Precision,
    notices: readonly string[],
  ) {
    this.#imageShape = imageShapeOf(model);
    this.#session = new Session(binding, lowerPredictor(model, normalization, precision));
    this.notices = notices;
  }

  async predict(batch: ImageBatch): Promise<Float32Array> {
    return predictProbabilities(this.#session, batch, this.#imageShape);
  }

  dispose(): void {
    this.#session.close();
  }
}

/** Probabilities [size, class]. @throws EngineError */
export async function predictProbabilities(
  session: Session,
  batch: ImageBatch,
  imageShape: readonly number[],
): Promise<Float32Array> {
  return runOnImages(session, 'predict', { pixels: pixelFeed(batch, imageShape) }, 'probabilities');
}

/** One float32 output of a signature. @throws EngineError */
export async function runOnImages(
  session: Session,
  signature: string,
  feeds: Record<string, Feed>,
  output: string,
): Promise<Float32Array> {
  await nextTurn();
  try {
    return floats(session.run(signature, feeds)[output]);
  } catch (error) {
    throw engineError(error);
  }
}

/** uint8 [size, height, width, channel]. */
export function pixelFeed(batch: ImageBatch, imageShape: readonly number[]): Feed {
  const bytes = imageShape.reduce((product, size) => product * size, batch.size);
  return { shape: [batch.size, ...imageShape], data: batch.pixels.subarray(0, bytes) };
}

/** [height, width, channel]. */
export function imageShapeOf(model: LayersModel): number[] {
  return (model.inputs[0]?.shape ?? []).slice(1).map((size) => size ?? 0);
}

function floats(values: Values | undefined): Float32Array {
  if (values instanceof Float32Array) return values;
  throw new Error('TensorFlow returned no floats.');
}
