import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { ImageBatch, Predictor } from '../engine.ts';
import type { TensorFlowBinding } from './binding.ts';
import { engineError } from './failures.ts';
import { lowerPredictor } from './lower/graphs.ts';
import { type Feed, Session } from './session.ts';
import { assignFeeds, currentWeights } from './state.ts';
import { imageShapeOf } from './trainer.ts';

export class TensorFlowPredictor implements Predictor {
  readonly #session: Session;
  readonly #imageShape: readonly number[];

  constructor(binding: TensorFlowBinding, model: LayersModel, normalization: Normalization) {
    const lowered = lowerPredictor(model, normalization);
    this.#imageShape = imageShapeOf(model);
    this.#session = new Session(binding, lowered.graph);
    this.#session.run('assign', assignFeeds(currentWeights(lowered.weights)));
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
  await nextTurn();
  try {
    const { probabilities } = session.run('predict', { pixels: pixelFeed(batch, imageShape) });
    return probabilities as Float32Array;
  } catch (error) {
    throw engineError(error);
  }
}

/** uint8 [size, height, width, channel]. */
export function pixelFeed(batch: ImageBatch, imageShape: readonly number[]): Feed {
  const bytes = imageShape.reduce((product, size) => product * size, batch.size);
  return { shape: [batch.size, ...imageShape], data: batch.pixels.subarray(0, bytes) };
}
