import { type AugmentConfig, defaultAugment } from './config-augment.ts';

/**
 * What a run does, as the user writes it in `*.loupe.json` and as `job.json` records it. The JSON Schema in
 * `media/loupe.schema.json` describes the same shape (a test keeps the two equal); every field is optional there and
 * filled from `defaultConfig`.
 */
export interface RunConfig {
  name: string;
  data: DataConfig;
  input: InputConfig;
  augment: AugmentConfig;
  model: ModelConfig;
  training: TrainingConfig;
  engine: EngineConfig;
  logging: LoggingConfig;
  /** Seeds the split, the weights, the order of the images, augmentation and dropout. */
  seed: number;
}

export interface DataConfig {
  /** Folder, manifest file or IDX file; relative to the file that holds this config. */
  source: string;
  format: 'auto' | 'folder' | 'manifest' | 'idx';
  /** Share of the images held out, 0–0.9; ignored where the source brings its own split. */
  validation: number;
  test: number;
  /**
   * Regular expression over an image's relative path whose first group names what must stay on one side of the split
   * (one patient, one scene). Empty: the manifest's group column, else every image stands alone.
   */
  groupPattern: string;
  /** Whether what people decided about the images (`.loupe/labels.jsonl`) is applied: other labels, images left out, splits. */
  journal: boolean;
}

export interface InputConfig {
  /** Pixels. */
  width: number;
  height: number;
  color: 'rgb' | 'grey' | 'hsv' | 'lab' | 'rgba' | 'bands';
  /** Bands of every file, 1–64; only where `color` is `bands`. */
  bands: number;
  /** Value of a band that becomes 255; 0: the most that a file's 8 or 16 bits hold. Only where `color` is `bands`. */
  bandMaximum: number;
  /** How an image of another aspect is brought to width × height. */
  resize: 'stretch' | 'crop' | 'pad';
  /**
   * `zero-one`: 0…1; `minus-one-one`: −1…1; `imagenet`: torch mean/std; `caffe`: 0…255 minus ImageNet's mean; `data-set`: mean/std of the
   * training images.
   */
  normalize: 'zero-one' | 'minus-one-one' | 'imagenet' | 'caffe' | 'data-set';
}

export interface ModelConfig {
  architecture: Architecture;
  /**
   * File of weights that others trained (see `loupe import`), relative to the file that holds this config, or a name of `loupe zoo`;
   * empty: the network starts at random.
   */
  weights: string;
  /** What stands between the network's features and the classes. */
  head: 'linear' | 'dense' | 'concat-pool';
  activation: Activation;
  /** Share of the features dropped before the last layer, 0–0.9. */
  dropout: number;
  /** Share of the images for which the last residual block is left out in a step, rising evenly from 0 at the first, 0–0.9. */
  stochasticDepth: number;
  /** Multiplies every layer's number of channels, 0.125–4. */
  width: number;
  /** Multiplies every stage's number of blocks, 0.25–4. */
  depth: number;
  /** Side in pixels of the convolutions that look at a neighbourhood, except the first one of a ResNet. */
  kernelSize: 3 | 5 | 7;
}

export type Architecture =
  | 'small-cnn'
  | 'resnet18'
  | 'resnet34'
  | 'resnet50'
  | 'resnet101'
  | 'resnet50v2'
  | 'resnet101v2'
  | 'mobilenet-v1'
  | 'mobilenet-v2'
  | 'mobilenet-v3-small'
  | 'mobilenet-v3-large'
  | 'mobilenet-v3-small-minimalistic'
  | 'mobilenet-v3-large-minimalistic'
  | 'efficientnet-b0'
  | 'efficientnet-b1'
  | 'efficientnet-b2'
  | 'efficientnet-b3'
  | 'convnext-tiny'
  | 'densenet121'
  | 'inception-v3'
  | 'squeezenet'
  | 'vgg16'
  | 'vgg19'
  | 'row-lstm'
  | 'row-gru'
  | 'layers-model';

export type Activation = 'relu' | 'relu6' | 'leaky-relu' | 'elu' | 'gelu' | 'swish';

export interface TrainingConfig {
  epochs: number;
  /** 0: found with real steps before the first epoch, and kept in the run's folder. */
  batchSize: number;
  optimizer: OptimizerConfig;
  loss: LossConfig;
  clip: ClipConfig;
  /** Batches whose gradients are averaged before each update, ≥ 1. */
  accumulate: number;
  learningRate: number;
  schedule: ScheduleConfig;
  /** Decay of a moving average of the weights, which is then what is validated and saved, 0–1; 0: none. */
  ema: number;
  classWeights: ClassWeightsConfig;
  /** `over`: images of rare classes come several times an epoch; `under`: images of frequent classes sit out by turns. */
  sampling: 'none' | 'over' | 'under';
  /**
   * Layers whose weights stay as they are, by name; `*` stands for any characters, `backbone` for all layers but the head's,
   * `batch-norm` for the batch norms of the backbone.
   */
  freeze: string[];
  /** How many times slower the first layer of the backbone learns than the head, those between evenly on a log scale; 1: all alike. */
  discriminativeRates: number;
  /** The last entry that fits a layer counts; `freeze` goes before. */
  layerRates: LayerRateConfig[];
  /**
   * What the backbone's batch norms normalise by while they train: each batch, which moves their stored statistics; or the stored ones, which
   * stay while scale and shift learn, as in Keras' guide to fine-tuning.
   */
  batchNorm: 'batch' | 'stored';
  /** What a frozen batch norm normalises by: its stored statistics (Keras), or each batch's, which it goes on learning (fastai). */
  frozenBatchNorm: 'inference' | 'training';
  earlyStopping: EarlyStoppingConfig;
  checkpoints: CheckpointsConfig;
  /** Minutes of training and validation; the schedule is stretched to fill them, `epochs` is not used. 0: none. */
  timeBudget: number;
  /** Progressive resizing: one after the other, in place of `epochs`; each is a pass of the schedule. Empty: one phase. */
  phases: PhaseConfig[];
}

/** How learning rate and momentum move over a pass; a setting that the named schedule has no use for is not read. */
export interface ScheduleConfig {
  name:
    | 'constant'
    | 'step'
    | 'exponential'
    | 'polynomial'
    | 'cosine'
    | 'one-cycle'
    | 'triangular'
    | 'exp-range'
    | 'sgdr'
    | 'flat-cos'
    | 'plateau';
  /** Epochs of linear warm-up before any of them, from `warmUpStart` times the rate; fractions are allowed. */
  warmUp: number;
  warmUpStart: number;
  /** polynomial, cosine, sgdr, flat-cos: share of the rate at the end; plateau: the lowest share. */
  endFactor: number;
  /** step: epochs between drops. */
  stepEpochs: number;
  /** step, plateau: what the rate is multiplied by at a drop. */
  factor: number;
  /** exponential, exp-range: what the rate (the height of the cycle) is multiplied by each epoch, 0–1. */
  decay: number;
  /** polynomial: (1 − p)^power. */
  power: number;
  /** one-cycle: share of the steps until the peak (fastai's pct_start). */
  peakAt: number;
  /** one-cycle: peak / start and peak / end (fastai's div and div_final). */
  startDivisor: number;
  endDivisor: number;
  /** one-cycle: at both ends and at the peak. In place of SGD's and RMSprop's momentum, and of beta1 of the others. */
  momentumHigh: number;
  momentumLow: number;
  /** triangular, exp-range, sgdr: cycles in a pass, so that a pass always ends at a minimum. */
  cycles: number;
  /** triangular, exp-range: lowest rate as a share of the highest. */
  baseFactor: number;
  /** sgdr: each cycle is this many times as long as the one before (fastai's cycle_mult, Keras' t_mul). */
  cycleFactor: number;
  /** sgdr: each cycle's peak is this many times the one before (Keras' m_mul). */
  peakFactor: number;
  /** flat-cos: share of the steps at the full rate (fastai's pct_start). */
  flatShare: number;
  /** plateau: epochs without improvement before a drop, the least improvement that counts, epochs of rest after a drop. */
  patience: number;
  minDelta: number;
  cooldown: number;
}

export interface ClassWeightsConfig {
  /** `inverse`: N / (K · n_c); `effective-number`: (1 − β) / (1 − β^n_c), scaled to a mean of 1 over the images (Cui et al. 2019). */
  name: 'none' | 'inverse' | 'effective-number';
  beta: number;
}

export interface LayerRateConfig {
  /** Name of a layer; `*` stands for any characters. */
  layers: string;
  /** Multiplies the learning rate; 0 freezes. */
  factor: number;
}

export interface PhaseConfig {
  epochs: number;
  /** Width of the input in pixels, the height in `input`'s aspect; 0: as `input` says. */
  size: number;
  /** 0: as `training` says. */
  batchSize: number;
  learningRate: number;
  /** Frozen in this phase, beside what `training.freeze` freezes. */
  freeze: string[];
}

export interface CheckpointsConfig {
  /** Decides which epoch is the best; early stopping and plateau watch it too. */
  metric: CheckpointMetric;
  /** A model is kept in `snapshots/` after every so many epochs; 0: none. */
  keepEvery: number;
}

export type CheckpointMetric = 'validation-loss' | 'validation-accuracy' | 'balanced-accuracy' | 'macro-f1';

export interface OptimizerConfig {
  name: 'sgd' | 'adam' | 'adamw' | 'rmsprop' | 'lion';
  /** SGD and RMSprop. */
  momentum: number;
  /** SGD only: Nesterov's momentum as PyTorch has it. */
  nesterov: boolean;
  /** SGD, Adam and RMSprop: added to the gradient (L2). AdamW and Lion: decoupled. Never applied to biases and batch-norm scales. */
  weightDecay: number;
  /** Adam, AdamW, Lion. */
  beta1: number;
  beta2: number;
  /** RMSprop: how much of the squared gradients' average is kept, 0–1 (PyTorch's alpha). */
  rho: number;
  epsilon: number;
}

export interface LossConfig {
  /** `focal`: (1 − p)^γ · cross-entropy (Lin et al. 2017). `binary`: one sigmoid a class, summed over the classes. */
  name: 'cross-entropy' | 'focal' | 'binary';
  /** Share ε of the target spread evenly over all classes, 0–0.9: (1 − ε)·y + ε/K (PyTorch's and Keras' definition). */
  labelSmoothing: number;
  /** γ of the focal loss, ≥ 0. */
  focalGamma: number;
}

/** Applied to the averaged gradient of an update: first by value, then by norm. 0: off. */
export interface ClipConfig {
  /** Largest global L2 norm over all gradients (torch.nn.utils.clip_grad_norm_). */
  norm: number;
  /** Largest absolute value of any element. */
  value: number;
}

export interface EarlyStoppingConfig {
  enabled: boolean;
  /** Epochs without improvement before the run stops (a phase: before the next begins). The best weights are always what is saved. */
  patience: number;
  /** Least improvement of `checkpoints.metric` that counts. */
  minDelta: number;
}

export interface EngineConfig {
  name: 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  /** Threads of the engine; 0: as many as the machine has cores. */
  threads: number;
  /** Part of the name of the GPU that the webgpu engine takes, as `loupe engines` lists them; empty: the fastest that is no software. */
  adapter: string;
  /** `mixed`: products in bfloat16 (or float16 on GPUs without it), weights and sums in float32; where the engine can. */
  precision: 'float32' | 'mixed';
}

/** Logs that are kept for other tools, beside the run's own. */
export interface LoggingConfig {
  /** TensorBoard event files in the run's `tensorboard/`, kept up while it trains. */
  tensorboard: boolean;
  /** The run is filed in the workspace's `.loupe/mlruns` when it ends. */
  mlflow: boolean;
}

export const defaultConfig: RunConfig = {
  name: '',
  data: { source: '.', format: 'auto', validation: 0.2, test: 0, groupPattern: '', journal: true },
  input: { width: 64, height: 64, color: 'rgb', bands: 4, bandMaximum: 0, resize: 'crop', normalize: 'zero-one' },
  augment: defaultAugment,
  model: {
    architecture: 'small-cnn',
    weights: '',
    head: 'linear',
    activation: 'relu',
    dropout: 0.2,
    stochasticDepth: 0,
    width: 1,
    depth: 1,
    kernelSize: 3,
  },
  training: {
    epochs: 10,
    batchSize: 32,
    optimizer: {
      name: 'adamw',
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      rho: 0.99,
      epsilon: 1e-7,
    },
    loss: { name: 'cross-entropy', labelSmoothing: 0, focalGamma: 2 },
    clip: { norm: 0, value: 0 },
    accumulate: 1,
    learningRate: 0.001,
    schedule: {
      name: 'one-cycle',
      warmUp: 0,
      warmUpStart: 0.01,
      endFactor: 0,
      stepEpochs: 3,
      factor: 0.1,
      decay: 0.95,
      power: 1,
      peakAt: 0.25,
      startDivisor: 25,
      endDivisor: 1e5,
      momentumHigh: 0.95,
      momentumLow: 0.85,
      cycles: 3,
      baseFactor: 0.25,
      cycleFactor: 2,
      peakFactor: 1,
      flatShare: 0.75,
      patience: 10,
      minDelta: 1e-4,
      cooldown: 0,
    },
    ema: 0,
    classWeights: { name: 'none', beta: 0.999 },
    sampling: 'none',
    freeze: [],
    discriminativeRates: 1,
    layerRates: [],
    batchNorm: 'batch',
    frozenBatchNorm: 'inference',
    earlyStopping: { enabled: false, patience: 5, minDelta: 0 },
    checkpoints: { metric: 'validation-loss', keepEvery: 0 },
    timeBudget: 0,
    phases: [],
  },
  engine: { name: 'auto', threads: 0, adapter: '', precision: 'float32' },
  logging: { tensorboard: true, mlflow: false },
  seed: 42,
};

/** What an entry of a list leaves out, by the list's path. */
export const defaultEntries: { 'training.phases': PhaseConfig; 'training.layerRates': LayerRateConfig } = {
  'training.phases': { epochs: 5, size: 0, batchSize: 0, learningRate: 0, freeze: [] },
  'training.layerRates': { layers: '*', factor: 1 },
};
