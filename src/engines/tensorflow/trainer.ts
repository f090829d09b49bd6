import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mixSeed } from '../../random.ts';
import type {
  ImageBatch,
  NamedArray,
  StepInput,
  StepResult,
  Trainer,
  TrainerOptions,
  TrainerState,
} from '../engine.ts';
import { lossNotFinite } from '../engine-error.ts';
import { iterationsName } from '../weight-names.ts';
import type { TensorFlowBinding } from './binding.ts';
import { engineError } from './failures.ts';
import { type LoweredModel, lowerTrainer } from './lower/graphs.ts';
import { pixelFeed, predictProbabilities } from './predictor.ts';
import { type Feed, Session } from './session.ts';
import { assignFeeds, currentWeights, expectSame, readArrays } from './state.ts';

/** A training step compiled into one TensorFlow graph; a step is one call into TensorFlow. */
export class TensorFlowTrainer implements Trainer {
  readonly #session: Session;
  readonly #lowered: LoweredModel;
  readonly #options: TrainerOptions;
  readonly #imageShape: readonly number[];
  /** Updates so far: Adam's t. Not the step number, which goes on when an optimizer starts afresh. */
  #iterations = 0;

  static async create(
    binding: TensorFlowBinding,
    model: LayersModel,
    options: TrainerOptions,
  ): Promise<TensorFlowTrainer> {
    const lowered = lowerTrainer(model, options);
    const session = new Session(binding, lowered.graph);
    const trainer = new TensorFlowTrainer(session, lowered, options, imageShapeOf(model));
    await trainer.writeState({ weights: currentWeights(lowered.weights), optimizer: [], averaged: [] });
    return trainer;
  }

  private constructor(session: Session, lowered: LoweredModel, options: TrainerOptions, imageShape: readonly number[]) {
    this.#session = session;
    this.#lowered = lowered;
    this.#options = options;
    this.#imageShape = imageShape;
  }

  async step(batch: ImageBatch, input: StepInput): Promise<StepResult> {
    await nextTurn();
    const { loss, correct } = this.#run('train', {
      pixels: pixelFeed(batch, this.#imageShape),
      labels: { shape: [batch.size], data: batch.labels.subarray(0, batch.size) },
      stepSeed: { shape: [], data: Int32Array.of(mixSeed(this.#options.seed, input.step)) },
      ...this.#scalars(input.learningRate),
    });
    this.#iterations++;
    const value = loss?.[0] ?? Number.NaN;
    if (!Number.isFinite(value)) throw lossNotFinite(input.step, value);
    return { loss: value, correct: correct?.[0] ?? 0, gradientNorm: null };
  }

  async predict(batch: ImageBatch): Promise<Float32Array> {
    return predictProbabilities(this.#session, batch, this.#imageShape);
  }

  async readState(): Promise<TrainerState> {
    await nextTurn();
    const weights = readArrays(this.#lowered.weights, this.#run('read', {}));
    return { weights, optimizer: this.#iterations === 0 ? [] : this.#readOptimizer(), averaged: [] };
  }

  async writeState(state: TrainerState): Promise<void> {
    await nextTurn();
    const { weights, slots } = this.#lowered;
    expectSame(weights, state.weights, 'weights');
    const arrays = state.optimizer.filter((array) => array.name !== iterationsName);
    if (state.optimizer.length > 0) expectSame(slots, arrays, 'optimizer');
    this.#run('assign', assignFeeds(state.weights));
    if (state.optimizer.length === 0) {
      this.#run('init_optimizer', {});
      this.#iterations = 0;
      return;
    }
    this.#run('assign_optimizer', assignFeeds(arrays));
    this.#iterations = state.optimizer.find((array) => array.name === iterationsName)?.data[0] ?? 0;
  }

  dispose(): void {
    this.#session.close();
  }

  #readOptimizer(): NamedArray[] {
    const { slots } = this.#lowered;
    const iterations = { name: iterationsName, shape: [], data: Float32Array.of(this.#iterations) };
    return [iterations, ...(slots.length > 0 ? readArrays(slots, this.#run('read_optimizer', {})) : [])];
  }

  #scalars(learningRate: number): Record<string, Feed> {
    const { beta1, beta2, epsilon } = this.#options.optimizer;
    const t = this.#iterations + 1;
    const scalar = (value: number): Feed => ({ shape: [], data: Float32Array.of(value) });
    return {
      learningRate: scalar(learningRate),
      beta1Power: scalar(beta1 ** t),
      beta2Power: scalar(beta2 ** t),
      scaledEpsilon: scalar(epsilon * Math.sqrt(1 - beta2 ** t)),
    };
  }

  #run(signature: string, feeds: Record<string, Feed>) {
    try {
      return this.#session.run(signature, feeds);
    } catch (error) {
      throw engineError(error);
    }
  }
}

/** [height, width, channel]. */
export function imageShapeOf(model: LayersModel): number[] {
  return (model.inputs[0]?.shape ?? []).slice(1).map((size) => size ?? 0);
}
