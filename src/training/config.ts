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
  learningRate: number;
  schedule: 'constant' | 'cosine' | 'one-cycle';
  earlyStopping: EarlyStoppingConfig;
}

export interface OptimizerConfig {
  name: 'sgd' | 'adam' | 'adamw';
  /** SGD only. */
  momentum: number;
  /** SGD and Adam: added to the gradient (L2). AdamW: decoupled. Never applied to biases and batch-norm scales. */
  weightDecay: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

export interface EarlyStoppingConfig {
  enabled: boolean;
  metric: 'validation-loss' | 'validation-accuracy';
  /** Epochs without improvement before the run stops. The best weights are always what is saved. */
  patience: number;
}

export interface EngineConfig {
  name: 'auto' | 'tensorflow' | 'wasm' | 'cpu';
  /** Threads of the engine; 0: as many as the machine has cores. */
  threads: number;
}

export const defaultConfig: RunConfig = {
  name: '',
  data: { source: '.', format: 'auto', validation: 0.2, test: 0, groupPattern: '' },
  input: { width: 64, height: 64, color: 'rgb', resize: 'crop', normalize: 'zero-one' },
  model: { architecture: 'small-cnn', dropout: 0.2, width: 1 },
  training: {
    epochs: 10,
    batchSize: 32,
    optimizer: { name: 'adamw', momentum: 0.9, weightDecay: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    learningRate: 0.001,
    schedule: 'one-cycle',
    earlyStopping: { enabled: false, metric: 'validation-loss', patience: 5 },
  },
  engine: { name: 'auto', threads: 0 },
  seed: 42,
};
