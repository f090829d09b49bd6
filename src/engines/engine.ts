import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../images/preprocess.ts';
import type { ClipConfig, EngineConfig, LossConfig, OptimizerConfig } from '../training/config.ts';

export type EngineName = 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface EngineInfo {
  name: EngineName;
  /** What the user reads, e.g. `TensorFlow 2.21 (CPU)`. */
  label: string;
  /** e.g. `CPU, 2 threads, relaxed SIMD` or `NVIDIA GeForce RTX 4070`. */
  device: string;
  version: string;
  threads: number;
  gpu: boolean;
  /** Names that `engine.adapter` may hold here; only webgpu's. */
  adapters?: string[];
}

/** Decoded images as the loader hands them over; `pixels` may have room for more than `size` images. */
export interface ImageBatch {
  /** [size, height, width, channel], 0–255. */
  pixels: Uint8Array;
  /** [size], class index. */
  labels: Int32Array;
  /** Images in this batch, ≥ 1; the last batch of an epoch may be smaller. */
  size: number;
  /** [size, class], rows that sum to 1: soft labels (MixUp, CutMix), used in place of `labels` for the loss. */
  targets?: Float32Array;
  /** [size], ≥ 0: weight of each image's loss. The batch's loss is the weighted sum divided by `size`. */
  weights?: Float32Array;
}

export interface TrainerOptions {
  optimizer: OptimizerConfig;
  normalization: Normalization;
  /** Together with a step's number it decides what dropout drops. */
  seed: number;
  loss: LossConfig;
  /**
   * [class], factor w of each class's term; null: 1 for all. Cross-entropy: −Σ w·t·log p; focal: −Σ w·t·(1 − p)^γ·log p; binary:
   * Σ w·(softplus(z) − t·z), with t the target after label smoothing. The mean is over images, not over weights.
   */
  classWeights: number[] | null;
  clip: ClipConfig;
  /** Steps whose gradients are averaged before the weights change, ≥ 1. */
  accumulate: number;
  /** Decay d of a moving average a of the weights, 0–1; 0: none is kept. After the first update a = w, after each later one a = d·a + (1 − d)·w. */
  ema: number;
  precision: EngineConfig['precision'];
  /** By layer name: factor of the learning rate. 0: frozen, no gradient is computed. Absent: 1. */
  layerRates: ReadonlyMap<string, number>;
  /**
   * What a batch-norm layer with rate 0 does in training: `inference` uses its moving statistics and leaves them alone (Keras);
   * `training` goes on normalising by the batch and moving them (fastai trains its scale too: give it a rate).
   */
  frozenBatchNorm: 'inference' | 'training';
  /**
   * Names of batch-norm layers that normalise by their moving statistics and leave them alone, whatever their rate: scale and shift learn,
   * as in a Keras network that is called with `training=False` while it trains.
   */
  storedStatistics: ReadonlySet<string>;
}

/** Options of a training without tricks, to be spread under what a caller wants. */
export const plainTraining = {
  loss: { name: 'cross-entropy', labelSmoothing: 0, focalGamma: 2 },
  classWeights: null,
  clip: { norm: 0, value: 0 },
  accumulate: 1,
  ema: 0,
  precision: 'float32',
  layerRates: new Map<string, number>(),
  frozenBatchNorm: 'inference',
  storedStatistics: new Set<string>(),
} satisfies Omit<TrainerOptions, 'optimizer' | 'normalization' | 'seed'>;

export interface StepInput {
  /** Counts from 0 over the whole run, also across a resume. */
  step: number;
  learningRate: number;
  /** In place of `optimizer.momentum` (SGD, RMSprop) or `optimizer.beta1` (Adam, AdamW, Lion); one-cycle moves it. */
  momentum?: number;
}

export interface StepResult {
  /** Mean loss over the batch, as the options define it (nats for cross-entropy), without weight decay. */
  loss: number;
  /** Images whose most likely class was the label (with `targets`: the class with the largest share). */
  correct: number;
  /** Global L2 norm of the update's averaged gradient before any clipping; null where none was computed (no clipping by norm, mid-accumulation). */
  gradientNorm: number | null;
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
  /** Slots, and gradients under accumulation, named as `weight-names.ts` says; frozen weights have none; empty before the first step. */
  optimizer: NamedArray[];
  /** The moving average of the weights, named and ordered as `weights`; empty without `ema` or before the first update. */
  averaged: NamedArray[];
}

/**
 * A training step of one model on one engine. The model ends in an `Activation('softmax')` layer; the loss is taken from
 * the logits before it. Calls must not overlap.
 */
export interface Trainer {
  /** What is done otherwise than the options ask, and why: a sentence each, for the user. */
  readonly notices?: readonly string[];
  /** @throws EngineError when the device is lost or out of memory, or the loss is not finite. */
  step(batch: ImageBatch, input: StepInput): Promise<StepResult>;
  /**
   * Inference mode. Returns probabilities [size, class]. `averaged` takes the moving average of the weights (batch-norm
   * statistics averaged with them); without `ema` the two are the same.
   */
  predict(batch: ImageBatch, weights?: 'current' | 'averaged'): Promise<Float32Array>;
  readState(): Promise<TrainerState>;
  writeState(state: TrainerState): Promise<void>;
  dispose(): void;
}

export interface Predictor {
  /** As a trainer's. */
  readonly notices?: readonly string[];
  /** Returns probabilities [size, class]; `labels` of the batch are not read. */
  predict(batch: ImageBatch): Promise<Float32Array>;
  dispose(): void;
}

/** Class activation maps of one batch. */
export interface ClassMaps {
  /** [size, height, width], ≥ 0, not scaled: ReLU(Σ α_k A_k) with α_k the mean of ∂(class logit)/∂A_k (Grad-CAM, Selvaraju 2017). */
  maps: Float32Array;
  height: number;
  width: number;
}

export interface Explainer {
  /** Grad-CAM at the model's last layer with a spatial output. @param classes [size], the class each map explains. */
  explain(batch: ImageBatch, classes: Int32Array): Promise<ClassMaps>;
  dispose(): void;
}

export interface FeatureExtractor {
  /** Values per image. */
  readonly size: number;
  /** Returns [batch size, `size`]: what `layer` gives in inference mode, a spatial output averaged over its positions. */
  features(batch: ImageBatch): Promise<Float32Array>;
  dispose(): void;
}

/** A SavedModel in TensorFlow. */
export interface SavedModelSession {
  /** @param output `operation:index`. @throws Error with TensorFlow's message, or where the output holds no float32 */
  run(
    input: { name: string; shape: readonly number[]; data: Float32Array | Uint8Array },
    output: string,
  ): { shape: number[]; values: Float32Array };
  close(): void;
}

/** Something that can run a `LayersModel`. One instance a process. */
export interface Engine {
  readonly info: EngineInfo;
  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer>;
  createPredictor(
    model: LayersModel,
    normalization: Normalization,
    options?: { precision?: EngineConfig['precision'] },
  ): Promise<Predictor>;
  createExplainer(model: LayersModel, normalization: Normalization): Promise<Explainer>;
  /** @param layer name of a layer of `model`; default: the last before the classifier (the input of its last Dense layer). */
  createFeatureExtractor(model: LayersModel, normalization: Normalization, layer?: string): Promise<FeatureExtractor>;
  /** A network that TensorFlow saved, as a folder; only TensorFlow's engine has this. @throws Error with TensorFlow's message */
  openSavedModel?(folder: string): SavedModelSession;
  dispose(): Promise<void>;
}

/** Each engine reads what concerns it; the defaults are 0 and ''. */
export type EngineOptions = Partial<Pick<EngineConfig, 'threads' | 'adapter'>>;

/** Makes an engine, or says in words that a user understands why it can't run here. */
export interface EngineMaker {
  readonly name: EngineName;
  /** @throws Problem when what the engine needs is missing or its self-test fails. */
  start(options: EngineOptions): Promise<Engine>;
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
