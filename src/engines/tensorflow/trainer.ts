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
import type { TensorFlowBinding } from './binding.ts';
import { readCounters, writeCounters } from './counters.ts';
import { engineError } from './failures.ts';
import { LossScale } from './loss-scale.ts';
import type { Precision } from './lower/pass.ts';
import { type LoweredTrainer, lowerTrainer } from './lower/trainer-graph.ts';
import { imageShapeOf, pixelFeed, predictProbabilities } from './predictor.ts';
import { type Feed, Session, scalarFeed, type Values } from './session.ts';
import { assignFeeds, currentWeights, expectSame, readArrays } from './state.ts';
import { stepScalars } from './step-scalars.ts';

/** A training step compiled into one TensorFlow graph; a step is one call into TensorFlow. */
export class TensorFlowTrainer implements Trainer {
  readonly notices: readonly string[];
  readonly #session: Session;
  readonly #lowered: LoweredTrainer;
  readonly #options: TrainerOptions;
  readonly #imageShape: readonly number[];
  readonly #lossScale: LossScale | null;
  /** Updates so far: Adam's t. Not the step number, which goes on when an optimizer starts afresh. */
  #iterations = 0;
  /** Steps whose gradients are summed up for the next update. */
  #accumulated = 0;
  #averaging = false;
  /** What prediction works with now; null when a step has changed it since. */
  #evaluates: 'current' | 'averaged' | null = null;

  /** @param notices what is done otherwise than the options ask */
  static async create(
    binding: TensorFlowBinding,
    model: LayersModel,
    options: TrainerOptions,
    precision: Precision,
    notices: readonly string[],
  ): Promise<TensorFlowTrainer> {
    const lowered = lowerTrainer(model, options, precision);
    const session = new Session(binding, lowered.graph);
    const trainer = new TensorFlowTrainer(session, lowered, options, imageShapeOf(model), notices);
    await trainer.writeState({ weights: currentWeights(lowered.weights), optimizer: [], averaged: [] });
    return trainer;
  }

  private constructor(
    session: Session,
    lowered: LoweredTrainer,
    options: TrainerOptions,
    imageShape: readonly number[],
    notices: readonly string[],
  ) {
    this.#session = session;
    this.#lowered = lowered;
    this.#options = options;
    this.#imageShape = imageShape;
    this.#lossScale = lowered.scalesLoss ? new LossScale() : null;
    this.notices = notices;
  }

  async step(batch: ImageBatch, input: StepInput): Promise<StepResult> {
    await nextTurn();
    this.#evaluates = null;
    const feeds = this.#batchFeeds(batch, input.step);
    const updates = this.#accumulated + 1 >= this.#options.accumulate;
    const outputs = updates ? this.#update(feeds, input) : this.#run('accumulate', feeds);
    this.#accumulated = updates ? 0 : this.#accumulated + 1;
    const loss = outputs.loss?.[0] ?? Number.NaN;
    if (!Number.isFinite(loss)) throw lossNotFinite(input.step, loss, input.learningRate);
    return { loss, correct: outputs.correct?.[0] ?? 0, gradientNorm: outputs.norm?.[0] ?? null };
  }

  async predict(batch: ImageBatch, weights: 'current' | 'averaged' = 'current'): Promise<Float32Array> {
    const wanted = weights === 'averaged' && this.#averaging ? 'averaged' : 'current';
    if (this.#evaluates !== wanted) this.#run(wanted === 'averaged' ? 'evaluate_averaged' : 'evaluate', {});
    this.#evaluates = wanted;
    return predictProbabilities(this.#session, batch, this.#imageShape);
  }

  async readState(): Promise<TrainerState> {
    await nextTurn();
    const { weights, averages } = this.#lowered;
    return {
      weights: readArrays(weights, weights, this.#run('read', {})),
      optimizer: this.#readOptimizer(),
      averaged: this.#averaging ? readArrays(weights, averages, this.#run('read_averages', {})) : [],
    };
  }

  async writeState({ weights, optimizer, averaged }: TrainerState): Promise<void> {
    await nextTurn();
    const lowered = this.#lowered;
    const { iterations, accumulated, lossScale } = readCounters(optimizer);
    const names = new Set(optimizer.map(({ name }) => name));
    const kept = (group: LoweredTrainer['slots']) =>
      optimizer.filter(({ name }) => names.has(name) && group.some((one) => one.name === name));
    const [slots, sums] = [kept(lowered.slots), kept(lowered.sums)];
    expectSame(lowered.weights, weights, 'weights');
    if (iterations > 0) expectSame(lowered.slots, slots, 'optimizer');
    if (accumulated > 0) expectSame(lowered.sums, sums, 'optimizer');
    const averages = lowered.averages.length > 0 ? averaged : [];
    if (averages.length > 0) expectSame(lowered.weights, averages, 'average');
    this.#run('reset', {});
    this.#run('assign', assignFeeds(lowered.weights, weights));
    if (slots.length > 0) this.#run('assign_slots', assignFeeds(lowered.slots, slots));
    if (sums.length > 0) this.#run('assign_sums', assignFeeds(lowered.sums, sums));
    if (averages.length > 0) this.#run('assign_averages', assignFeeds(lowered.averages, averages));
    this.#iterations = iterations;
    this.#accumulated = accumulated;
    this.#averaging = averages.length > 0;
    this.#lossScale?.write(lossScale);
    this.#evaluates = null;
  }

  dispose(): void {
    this.#session.close();
  }

  #update(feeds: Record<string, Feed>, input: StepInput): Record<string, Values> {
    const averageDecay = this.#averaging ? this.#options.ema : 0;
    const scalars = stepScalars(this.#options.optimizer, input, this.#iterations + 1);
    const outputs = this.#run('train', {
      ...feeds,
      ...Object.fromEntries(Object.entries({ ...scalars, averageDecay }).map(([key, one]) => [key, scalarFeed(one)])),
    });
    const applied = outputs.applied?.[0] !== 0;
    this.#lossScale?.update(applied);
    if (!applied) return { ...outputs, norm: new Float32Array() };
    this.#iterations++;
    this.#averaging = this.#options.ema > 0;
    return outputs;
  }

  #batchFeeds(batch: ImageBatch, step: number): Record<string, Feed> {
    const { size, labels, targets, weights } = batch;
    const { classes } = this.#lowered;
    return {
      pixels: pixelFeed(batch, this.#imageShape),
      labels: { shape: [size], data: labels.subarray(0, size) },
      stepSeed: { shape: [], data: Int32Array.of(mixSeed(this.#options.seed, step)) },
      ...(targets && { targets: { shape: [size, classes], data: targets.subarray(0, size * classes) } }),
      ...(weights && { weights: { shape: [size], data: weights.subarray(0, size) } }),
      ...(this.#lossScale && { lossScale: scalarFeed(this.#lossScale.value) }),
    };
  }

  #readOptimizer(): NamedArray[] {
    const { slots, sums } = this.#lowered;
    if (this.#iterations === 0 && this.#accumulated === 0) return [];
    return [
      ...writeCounters(this.#iterations, this.#accumulated, this.#lossScale),
      ...(this.#iterations > 0 && slots.length > 0 ? readArrays(slots, slots, this.#run('read_slots', {})) : []),
      ...(this.#accumulated > 0 ? readArrays(sums, sums, this.#run('read_sums', {})) : []),
    ];
  }

  #run(signature: string, feeds: Record<string, Feed>): Record<string, Values> {
    try {
      return this.#session.run(signature, feeds);
    } catch (error) {
      throw engineError(error);
    }
  }
}
