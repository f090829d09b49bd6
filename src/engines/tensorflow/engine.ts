import os from 'node:os';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { EngineConfig } from '../../training/config.ts';
import type {
  Engine,
  EngineInfo,
  Explainer,
  FeatureExtractor,
  Predictor,
  SavedModelSession,
  Trainer,
  TrainerOptions,
} from '../engine.ts';
import type { TensorFlowBinding } from './binding.ts';
import { TensorFlowExplainer, TensorFlowFeatures } from './explainer.ts';
import { EagerFallback } from './fallback.ts';
import { openForeignModel } from './foreign-model.ts';
import { mixedPrecision, type PrecisionChoice } from './half-precision.ts';
import { fullPrecision, type Precision } from './lower/pass.ts';
import { nvidiaCards } from './nvidia.ts';
import { TensorFlowPredictor } from './predictor.ts';
import { TensorFlowTrainer } from './trainer.ts';

/** A model that has a layer no graph can be made of runs layer by layer on another engine, and its `notices` say so. */
export class TensorFlowEngine implements Engine {
  readonly info: EngineInfo;
  /** What everything is made with; the tests look at single graphs through it. */
  readonly binding: TensorFlowBinding;
  readonly #fallback: EagerFallback;
  #mixed: Promise<PrecisionChoice> | null = null;

  constructor(binding: TensorFlowBinding, threads: number) {
    this.binding = binding;
    this.#fallback = new EagerFallback(threads);
    this.info = describe(binding, threads || os.availableParallelism());
  }

  async createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer> {
    const { precision, notices } = await this.#precision(model, options.precision);
    return this.#fallback.orElse<Trainer>(
      () => TensorFlowTrainer.create(this.binding, model, options, precision, notices),
      async (engine, notice) => withNotice(await engine.createTrainer(model, options), notice),
    );
  }

  async createPredictor(
    model: LayersModel,
    normalization: Normalization,
    options: { precision?: EngineConfig['precision'] } = {},
  ): Promise<Predictor> {
    const { precision, notices } = await this.#precision(model, options.precision);
    return this.#fallback.orElse<Predictor>(
      async () => new TensorFlowPredictor(this.binding, model, normalization, precision, notices),
      async (engine, notice) => withNotice(await engine.createPredictor(model, normalization, options), notice),
    );
  }

  createExplainer(model: LayersModel, normalization: Normalization): Promise<Explainer> {
    return this.#fallback.orElse<Explainer>(
      async () => new TensorFlowExplainer(this.binding, model, normalization),
      (engine) => engine.createExplainer(model, normalization),
    );
  }

  createFeatureExtractor(model: LayersModel, normalization: Normalization, layer?: string): Promise<FeatureExtractor> {
    return this.#fallback.orElse<FeatureExtractor>(
      async () => new TensorFlowFeatures(this.binding, model, normalization, layer),
      (engine) => engine.createFeatureExtractor(model, normalization, layer),
    );
  }

  openSavedModel(folder: string): SavedModelSession {
    return openForeignModel(this.binding, folder);
  }

  /** TensorFlow's libraries stay loaded until the process ends; trainers and predictors free what they hold themselves. */
  dispose(): Promise<void> {
    return this.#fallback.dispose();
  }

  async #precision(
    model: LayersModel,
    wanted: EngineConfig['precision'] = 'float32',
  ): Promise<{ precision: Precision; notices: string[] }> {
    if (wanted === 'float32') return { precision: fullPrecision, notices: [] };
    this.#mixed ??= mixedPrecision(this.binding);
    const { precision, refusal } = await this.#mixed;
    if (refusal) return { precision, notices: [`Mixed precision is off: ${refusal}. The run computes in float32.`] };
    return { precision, notices: this.info.gpu ? [] : littleGained(model) };
  }
}

/** Where so much of the convolutions is depthwise, the casts around them cost what the others gain. */
const DEPTHWISE_SHARE = 0.2;

function littleGained(model: LayersModel): string[] {
  const count = (...names: string[]) => model.layers.filter((layer) => names.includes(layer.getClassName())).length;
  const depthwise = count('DepthwiseConv2D', 'SeparableConv2D');
  const all = depthwise + count('Conv2D');
  if (depthwise === 0 || depthwise / all < DEPTHWISE_SHARE) return [];
  return [
    `Mixed precision gains little or nothing here: ${depthwise} of the network’s ${all} convolutions are depthwise, which a processor computes in 32 bits only.`,
  ];
}

function withNotice<T extends Trainer | Predictor>(made: T, notice: string): T {
  return Object.assign(made, { notices: [notice, ...(made.notices ?? [])] });
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
    gpu,
  };
}
