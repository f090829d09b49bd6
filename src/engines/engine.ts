import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../images/preprocess.ts';
import type { OptimizerConfig } from '../training/config.ts';

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface EngineInfo {
  name: EngineName;
  /** What the user reads, e.g. `TensorFlow 2.21 (CPU)`. */
  label: string;
  /** e.g. `CPU, 2 threads, relaxed SIMD` or `NVIDIA GeForce RTX 4070`. */
  device: string;
  version: string;
  threads: number;
}

/** Decoded images as the loader hands them over; `pixels` may have room for more than `size` images. */
export interface ImageBatch {
  /** [size, height, width, channel], 0–255. */
  pixels: Uint8Array;
  /** [size], class index. */
  labels: Int32Array;
  /** Images in this batch, ≥ 1; the last batch of an epoch may be smaller. */
  size: number;
}

export interface TrainerOptions {
  optimizer: OptimizerConfig;
  normalization: Normalization;
  /** Together with a step's number it decides what dropout drops. */
  seed: number;
}

export interface StepInput {
  /** Counts from 0 over the whole run, also across a resume. */
  step: number;
  learningRate: number;
}

export interface StepResult {
  /** Mean cross-entropy (nats) over the batch. */
  loss: number;
  /** Images whose most likely class was the label. */
  correct: number;
}

/** A float32 array with a name that stays the same between processes. */
export interface NamedArray {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** Everything a step changes; writing it back makes the next step equal to the one that would have followed. */
export interface TrainerState {
  /** In the order of `model.weights`, batch-norm statistics included. */
  weights: NamedArray[];
  /** Optimizer slots; empty before the first step. */
  optimizer: NamedArray[];
}

/**
 * A training step of one model on one engine. The model ends in an `Activation('softmax')` layer; the loss is taken from
 * the logits before it. Calls must not overlap.
 */
export interface Trainer {
  /** @throws EngineError when the device is lost or out of memory, or the loss is not finite. */
  step(batch: ImageBatch, input: StepInput): Promise<StepResult>;
  /** Inference mode with the weights as they are now. Returns probabilities [size, class]. */
  predict(batch: ImageBatch): Promise<Float32Array>;
  readState(): Promise<TrainerState>;
  writeState(state: TrainerState): Promise<void>;
  dispose(): void;
}

export interface Predictor {
  /** Returns probabilities [size, class]; `labels` of the batch are not read. */
  predict(batch: ImageBatch): Promise<Float32Array>;
  dispose(): void;
}

/** Something that can run a `LayersModel`. One instance a process. */
export interface Engine {
  readonly info: EngineInfo;
  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer>;
  createPredictor(model: LayersModel, normalization: Normalization): Promise<Predictor>;
  dispose(): Promise<void>;
}

/** Makes an engine, or says in words that a user understands why it can't run here. */
export interface EngineMaker {
  readonly name: EngineName;
  /** @throws Problem when what the engine needs is missing or its self-test fails. */
  start(options: { threads: number }): Promise<Engine>;
}

export interface EngineRefusal {
  name: EngineName;
  reason: string;
}

export interface EngineChoice {
  engine: Engine;
  /** One sentence: why this engine. */
  reason: string;
  refused: EngineRefusal[];
}
