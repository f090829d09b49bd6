import { getBackend, setBackend, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { ImageBatch, Predictor } from '../engine.ts';
import { forward, inference } from './forward.ts';
import { probabilities } from './loss.ts';
import type { EagerOps } from './ops.ts';
import { type Normalizer, normalizer } from './pixels.ts';
import { type Plan, planModel } from './plan.ts';

/** Inference with the weights the model has at the time of the call. */
export class EagerPredictor implements Predictor {
  readonly #ops: EagerOps;
  readonly #plan: Plan;
  readonly #normalize: Normalizer;

  /** @throws EngineError `unsupported-model` */
  constructor(model: LayersModel, ops: EagerOps, normalization: Normalization) {
    this.#ops = ops;
    this.#plan = planModel(model, ops.fusions);
    this.#normalize = normalizer(this.#plan.inputShape, normalization);
  }

  async predict(batch: ImageBatch): Promise<Float32Array> {
    await activate(this.#ops);
    return this.#ops.guard(async () => {
      const logits = tidy(() => forward(this.#plan, this.#ops, this.#normalize(batch), inference));
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      return probabilities(values, this.#plan.classes);
    });
  }

  dispose(): void {}
}

/** Several engines may live in one process (tests do so); TensorFlow.js has one active backend. */
export async function activate(ops: EagerOps): Promise<void> {
  if (getBackend() !== ops.backend) await setBackend(ops.backend);
}
