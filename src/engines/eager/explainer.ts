import { grad, mean, mul, oneHot, relu, sum, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { ClassMaps, Explainer, ImageBatch } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { inference, runSteps, type Values } from './forward.ts';
import type { EagerOps } from './ops.ts';
import { type Normalizer, normalizer } from './pixels.ts';
import { type Plan, planModel } from './plan.ts';
import { activate } from './predictor.ts';

/** Grad-CAM (Selvaraju et al. 2017) with the weights the model has at the time of the call. */
export class EagerExplainer implements Explainer {
  readonly #ops: EagerOps;
  readonly #plan: Plan;
  readonly #normalize: Normalizer;
  /** Index of the step whose output is explained. */
  readonly #last: number;

  /** @throws EngineError `unsupported-model` when no layer has a spatial output. */
  constructor(model: LayersModel, ops: EagerOps, normalization: Normalization) {
    this.#ops = ops;
    this.#plan = planModel(model, ops.fusions);
    this.#normalize = normalizer(this.#plan.inputShape, normalization);
    this.#last = this.#plan.steps.findLastIndex(({ shape }) => shape.length === 4);
    if (this.#last >= 0) return;
    throw new EngineError(
      'unsupported-model',
      `The model ${model.name} has no layer whose output is a picture, so there is no map to make of its classes.`,
      'Choose a model with convolutions.',
    );
  }

  async explain(batch: ImageBatch, classes: Int32Array): Promise<ClassMaps> {
    await activate(this.#ops);
    return this.#ops.guard(async () => {
      const maps = tidy(() => this.#maps(batch, classes));
      const [, height, width] = maps.shape as [number, number, number];
      const values = (await maps.data()).slice() as Float32Array;
      maps.dispose();
      return { maps: values, height, width };
    });
  }

  /** [batch, height, width] */
  #maps(batch: ImageBatch, classes: Int32Array): Tensor {
    const values: Values = [this.#normalize(batch)];
    runSteps(this.#plan.steps.slice(0, this.#last + 1), this.#ops, values, inference);
    const rest = this.#plan.steps.slice(this.#last + 1);
    const output = this.#plan.steps[this.#last]?.output as number;
    const chosen = oneHot(tensor1d(classes.subarray(0, batch.size), 'int32'), this.#plan.classes);
    const activations = values[output] as Tensor;
    const slope = grad((input: Tensor) => {
      const own = values.slice();
      own[output] = input;
      runSteps(rest, this.#ops, own, { ...inference, free: false });
      return sum(mul(own[this.#plan.logits] as Tensor, chosen));
    })(activations);
    return relu(sum(mul(activations, mean(slope, [1, 2], true)), -1));
  }

  dispose(): void {}
}
