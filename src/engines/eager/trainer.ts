import { dispose, keep, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mixSeed } from '../../random.ts';
import type { ImageBatch, Predictor, StepInput, StepResult, Trainer, TrainerOptions, TrainerState } from '../engine.ts';
import { gradientNotFinite, lossNotFinite } from '../engine-error.ts';
import { GradientAccumulator } from './accumulator.ts';
import { WeightAverage } from './average.ts';
import { shapeGradients } from './clipping.ts';
import { runSteps, type Values } from './forward.ts';
import { BatchLoss } from './loss.ts';
import type { EagerOps } from './ops.ts';
import { Optimizer } from './optimizer.ts';
import { type Normalizer, normalizer } from './pixels.ts';
import { type Layer, type Plan, type PlanStep, planModel, splitPlan } from './plan.ts';
import { activate, EagerPredictor } from './predictor.ts';
import { isFrozen, trainedWeights } from './trained.ts';
import { adoptWeights, prepareWrite, readWeights, variableOf } from './weights.ts';

const FULL_PRECISION = 'Mixed precision is off: only the tensorflow engine has it. The run computes in float32.';

/**
 * Trains with TensorFlow.js's own automatic differentiation on any of its backends. Batch norm keeps running statistics as
 * TensorFlow.js layers do: `moving = momentum · moving + (1 − momentum) · batch`, with the biased variance of the batch.
 * Computes in float32; a trainer that was asked for mixed precision says so.
 */
export class EagerTrainer implements Trainer {
  readonly notices: readonly string[];
  readonly #model: LayersModel;
  readonly #ops: EagerOps;
  readonly #options: TrainerOptions;
  readonly #plan: Plan;
  /** Steps that no trained weight comes before, and the others. */
  readonly #split: { first: PlanStep[]; rest: PlanStep[] };
  readonly #normalize: Normalizer;
  readonly #trained: Variable[];
  readonly #optimizer: Optimizer;
  readonly #accumulator: GradientAccumulator;
  readonly #average: WeightAverage | undefined;
  readonly #predictor: Predictor;

  /** The backend named in `ops` must be the active one. @throws EngineError `unsupported-model` */
  static async create(model: LayersModel, ops: EagerOps, options: TrainerOptions): Promise<EagerTrainer> {
    const trainer = new EagerTrainer(model, ops, options);
    await adoptWeights(model);
    return trainer;
  }

  private constructor(model: LayersModel, ops: EagerOps, options: TrainerOptions) {
    this.notices = options.precision === 'mixed' ? [FULL_PRECISION] : [];
    this.#model = model;
    this.#ops = ops;
    this.#options = options;
    this.#plan = planModel(model, ops.fusions);
    this.#normalize = normalizer(this.#plan.inputShape, options.normalization);
    const trained = trainedWeights(model, options.layerRates);
    this.#trained = trained.map(({ variable }) => variable);
    const variables = new Set(this.#trained);
    this.#split = splitPlan(this.#plan, (layer) => layer.weights.some((weight) => variables.has(variableOf(weight))));
    this.#optimizer = new Optimizer(options.optimizer, trained, ops.updates);
    this.#accumulator = new GradientAccumulator(trained, options.accumulate);
    this.#average = options.ema > 0 ? new WeightAverage(model, options.ema, ops.updates) : undefined;
    this.#predictor = new EagerPredictor(model, ops, options.normalization);
  }

  async step(batch: ImageBatch, input: StepInput): Promise<StepResult> {
    await activate(this.#ops);
    return this.#ops.guard(async () => {
      const loss = new BatchLoss(batch, this.#plan.classes, this.#options.loss, this.#options.classWeights);
      const { logits, gradients } = this.#gradients(batch, loss, input.step);
      const score = loss.score((await logits.data()) as Float32Array);
      logits.dispose();
      if (!Number.isFinite(score.loss)) {
        dispose(gradients);
        throw lossNotFinite(input.step, score.loss, input.learningRate);
      }
      const sums = this.#accumulator.add(gradients);
      return { ...score, gradientNorm: sums ? await this.#update(sums, input) : null };
    });
  }

  /** Also moves the statistics of batch norm. The results are the caller's to dispose. */
  #gradients(batch: ImageBatch, loss: BatchLoss, step: number): { logits: Tensor; gradients: Record<string, Tensor> } {
    let logits: Tensor | undefined;
    try {
      const gradients = tidy(() => {
        const values: Values = [this.#normalize(batch)];
        const seed = mixSeed(this.#options.seed, step);
        const isTraining = (layer: Layer) => this.#isTraining(layer);
        const learns = (layer: Layer) => !isFrozen(layer, this.#options.layerRates);
        runSteps(this.#split.first, this.#ops, values, { isTraining, learns, seed, free: true });
        const { grads, value } = variableGrads(() => {
          runSteps(this.#split.rest, this.#ops, values, { isTraining, learns, seed, free: false });
          logits = keep(values[this.#plan.logits] as Tensor);
          return loss.gradient(logits);
        }, this.#trained);
        value.dispose();
        return grads;
      });
      return { logits: logits as unknown as Tensor, gradients };
    } catch (error) {
      logits?.dispose();
      throw error;
    }
  }

  /** @param sums is disposed. @returns the norm of the gradient, where it was needed */
  async #update(sums: Record<string, Tensor>, { step, learningRate, momentum }: StepInput): Promise<number | null> {
    try {
      const { accumulate, clip } = this.#options;
      const { shaping, norm } = await shapeGradients(Object.values(sums), 1 / accumulate, clip, this.#ops.updates);
      if (norm !== null && !Number.isFinite(norm)) throw gradientNotFinite(step, norm, learningRate);
      this.#optimizer.apply(sums, { learningRate, shaping, ...(momentum !== undefined && { momentum }) });
      await this.#average?.update();
      return norm;
    } finally {
      dispose(sums);
    }
  }

  #isTraining(layer: Layer): boolean {
    const { layerRates, frozenBatchNorm, storedStatistics } = this.#options;
    if (layer.getClassName() !== 'BatchNormalization') return true;
    if (storedStatistics.has(layer.name)) return false;
    return !isFrozen(layer, layerRates) || frozenBatchNorm === 'training';
  }

  predict(batch: ImageBatch, weights: 'current' | 'averaged' = 'current'): Promise<Float32Array> {
    const predict = () => this.#predictor.predict(batch);
    return weights === 'averaged' && this.#average ? this.#average.during(predict) : predict();
  }

  async readState(): Promise<TrainerState> {
    await activate(this.#ops);
    return this.#ops.guard(async () => ({
      weights: await readWeights(this.#model),
      optimizer: [...(await this.#optimizer.read()), ...(await this.#accumulator.read())],
      averaged: (await this.#average?.read()) ?? [],
    }));
  }

  /** @throws EngineError `bad-state` when it does not fit; nothing is changed then. */
  async writeState(state: TrainerState): Promise<void> {
    await activate(this.#ops);
    const writes = [
      prepareWrite(this.#model, state.weights),
      this.#optimizer.prepareWrite(state.optimizer),
      this.#accumulator.prepareWrite(state.optimizer),
      this.#average?.prepareWrite(state.averaged),
    ];
    for (const write of writes) write?.();
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.#accumulator.dispose();
    this.#average?.dispose();
    this.#predictor.dispose();
  }
}
