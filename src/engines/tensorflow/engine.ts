import os from 'node:os';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { Engine, EngineInfo, Explainer, FeatureExtractor, Predictor, Trainer, TrainerOptions } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { TensorFlowBinding } from './binding.ts';
import { nvidiaCards } from './nvidia.ts';
import { TensorFlowPredictor } from './predictor.ts';
import { TensorFlowTrainer } from './trainer.ts';

export class TensorFlowEngine implements Engine {
  readonly info: EngineInfo;
  readonly #binding: TensorFlowBinding;

  constructor(binding: TensorFlowBinding, threads: number) {
    this.#binding = binding;
    this.info = describe(binding, threads || os.availableParallelism());
  }

  createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer> {
    return TensorFlowTrainer.create(this.#binding, model, options);
  }

  async createPredictor(model: LayersModel, normalization: Normalization): Promise<Predictor> {
    return new TensorFlowPredictor(this.#binding, model, normalization);
  }

  async createExplainer(): Promise<Explainer> {
    throw new EngineError('engine-failed', 'This engine makes no class maps yet.', 'Choose another engine.');
  }

  async createFeatureExtractor(): Promise<FeatureExtractor> {
    throw new EngineError('engine-failed', 'This engine gives no features yet.', 'Choose another engine.');
  }

  /** TensorFlow's libraries stay loaded until the process ends; trainers and predictors free what they hold themselves. */
  async dispose(): Promise<void> {}
}

function describe(binding: TensorFlowBinding, threads: number): EngineInfo {
  const version = binding.TF_Version;
  const short = version.split('.').slice(0, 2).join('.');
  const gpu = binding.isUsingGpuDevice();
  return {
    name: 'tensorflow',
    label: `TensorFlow ${short} (${gpu ? 'GPU' : 'CPU'})`,
    device: gpu ? (nvidiaCards()[0] ?? 'GPU') : `CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    version,
    threads,
  };
}
