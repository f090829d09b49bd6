/**
 * What a run does, as the user writes it in `*.loupe.json` and as `job.json` records it. The JSON Schema in
 * `media/loupe.schema.json` describes the same shape (a test keeps the two equal); every field is optional there and
 * filled from `defaultConfig`.
 */
export interface RunConfig {
  name: string;
  data: DataConfig;
  input: InputConfig;
  model: ModelConfig;
  training: TrainingConfig;
  engine: EngineConfig;
  /** Seeds the split, the weights, the order of the images and dropout. */
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
}

export interface InputConfig {
  /** Pixels. */
  width: number;
  height: number;
  color: 'rgb' | 'grey';
  /** How an image of another aspect is brought to width × height. */
  resize: 'stretch' | 'crop' | 'pad';
  /** `zero-one`: 0…1; `minus-one-one`: −1…1; `imagenet`: torch mean/std; `data-set`: mean/std of the training images. */
  normalize: 'zero-one' | 'minus-one-one' | 'imagenet' | 'data-set';
}

export interface ModelConfig {
  architecture: 'small-cnn' | 'resnet18' | 'resnet34' | 'resnet50';
  /** Share of the features dropped before the last layer, 0–0.9. */
  dropout: number;
  /** Multiplies every layer's number of channels, 0.125–4. */
  width: number;
}

export interface TrainingConfig {
  epochs: number;
  batchSize: number;
  optimizer: OptimizerConfig;
  loss: LossConfig;
  clip: ClipConfig;
  /** Batches whose gradients are averaged before each update, ≥ 1. */
  accumulate: number;
  learningRate: number;
  schedule: 'constant' | 'cosine' | 'one-cycle';
  earlyStopping: EarlyStoppingConfig;
}

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
  metric: 'validation-loss' | 'validation-accuracy';
  /** Epochs without improvement before the run stops. The best weights are always what is saved. */
  patience: number;
}

export interface EngineConfig {
  name: 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  /** Threads of the engine; 0: as many as the machine has cores. */
  threads: number;
  /** `mixed`: products in bfloat16 (or float16 on GPUs without it), weights and sums in float32; where the engine can. */
  precision: 'float32' | 'mixed';
}

export const defaultConfig: RunConfig = {
  name: '',
  data: { source: '.', format: 'auto', validation: 0.2, test: 0, groupPattern: '' },
  input: { width: 64, height: 64, color: 'rgb', resize: 'crop', normalize: 'zero-one' },
  model: { architecture: 'small-cnn', dropout: 0.2, width: 1 },
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
    schedule: 'one-cycle',
    earlyStopping: { enabled: false, metric: 'validation-loss', patience: 5 },
  },
  engine: { name: 'auto', threads: 0, precision: 'float32' },
  seed: 42,
};
