import { dispose, keep, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mixSeed } from '../../random.ts';
import type { ImageBatch, Predictor, StepInput, StepResult, Trainer, TrainerOptions, TrainerState } from '../engine.ts';
import { lossNotFinite } from '../engine-error.ts';
import { weightNames } from '../weight-names.ts';
import { forward } from './forward.ts';
import { crossEntropyGradient, scoreLogits } from './loss.ts';
import type { EagerOps } from './ops.ts';
import { Optimizer } from './optimizer.ts';
import { type Normalizer, normalizer } from './pixels.ts';
import { type Plan, planModel } from './plan.ts';
import { activate, EagerPredictor } from './predictor.ts';
import { adoptWeights, readWeights, variableOf, writeWeights } from './weights.ts';

/**
 * Trains with TensorFlow.js's own automatic differentiation on any of its backends. Batch norm keeps running statistics as
 * TensorFlow.js layers do: `moving = momentum · moving + (1 − momentum) · batch`, with the biased variance of the batch.
 */
export class EagerTrainer implements Trainer {
  readonly #model: LayersModel;
  readonly #ops: EagerOps;
  readonly #seed: number;
  readonly #plan: Plan;
  readonly #normalize: Normalizer;
  readonly #optimizer: Optimizer;
  readonly #predictor: Predictor;

  /** The backend named in `ops` must be the active one. @throws EngineError `unsupported-model` */
  constructor(model: LayersModel, ops: EagerOps, options: TrainerOptions) {
    this.#model = model;
    this.#ops = ops;
    this.#seed = options.seed;
    this.#plan = planModel(model, ops.fusions);
    this.#normalize = normalizer(this.#plan.inputShape, options.normalization);
    const names = weightNames(model);
    const nameOf = new Map(model.weights.map((weight, i) => [weight, names[i] as string]));
    const trained = model.trainableWeights.map((weight) => ({
      name: nameOf.get(weight) as string,
      variable: variableOf(weight),
    }));
    adoptWeights(model);
    this.#optimizer = new Optimizer(options.optimizer, trained, ops.update);
    this.#predictor = new EagerPredictor(model, ops, options.normalization);
  }

  async step(batch: ImageBatch, { step, learningRate }: StepInput): Promise<StepResult> {
    await activate(this.#ops);
    let logits: Tensor | undefined;
    let gradients: Record<string, Tensor> = {};
    try {
      gradients = tidy(() => {
        const images = this.#normalize(batch);
        const variables = this.#model.trainableWeights.map(variableOf);
        const { grads, value } = variableGrads(() => {
          const options = { training: true, seed: mixSeed(this.#seed, step), free: false };
          logits = keep(forward(this.#plan, this.#ops, images, options));
          return crossEntropyGradient(logits, batch.labels);
        }, variables);
        value.dispose();
        return grads;
      });
      const values = (await (logits as unknown as Tensor).data()) as Float32Array;
      const score = scoreLogits(values, batch.labels, this.#plan.classes);
      if (!Number.isFinite(score.loss)) throw lossNotFinite(step, score.loss, learningRate);
      this.#optimizer.apply(gradients, learningRate);
      return { ...score, gradientNorm: null };
    } catch (error) {
      throw this.#ops.explain(error);
    } finally {
      dispose(gradients);
      logits?.dispose();
    }
  }

  predict(batch: ImageBatch): Promise<Float32Array> {
    return this.#predictor.predict(batch);
  }

  async readState(): Promise<TrainerState> {
    await activate(this.#ops);
    return { weights: await readWeights(this.#model), optimizer: await this.#optimizer.read(), averaged: [] };
  }

  async writeState(state: TrainerState): Promise<void> {
    await activate(this.#ops);
    this.#optimizer.write(state.optimizer);
    writeWeights(this.#model, state.weights);
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#predictor.dispose();
  }
}
