import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { Engine, EngineInfo, Explainer, FeatureExtractor, Predictor, Trainer, TrainerOptions } from '../engine.ts';
import { EagerExplainer } from './explainer.ts';
import { EagerFeatureExtractor } from './features.ts';
import type { EagerOps } from './ops.ts';
import { activate, EagerPredictor } from './predictor.ts';
import { EagerTrainer } from './trainer.ts';

/** An engine over a started TensorFlow.js backend. */
export class EagerEngine implements Engine {
  readonly info: EngineInfo;
  /** What the trainers are made with; the tests look at single operations through it. */
  readonly ops: EagerOps;
  readonly #close: () => Promise<void>;

  /** @param close frees what the backend holds; called once, by `dispose`. */
  constructor(info: EngineInfo, ops: EagerOps, close: () => Promise<void>) {
    this.info = info;
    this.ops = ops;
    this.#close = close;
  }

  async createTrainer(model: LayersModel, options: TrainerOptions): Promise<Trainer> {
    await activate(this.ops);
    return EagerTrainer.create(model, this.ops, options);
  }

  async createPredictor(model: LayersModel, normalization: Normalization): Promise<Predictor> {
    return new EagerPredictor(model, this.ops, normalization);
  }

  async createExplainer(model: LayersModel, normalization: Normalization): Promise<Explainer> {
    return new EagerExplainer(model, this.ops, normalization);
  }

  async createFeatureExtractor(
    model: LayersModel,
    normalization: Normalization,
    layer?: string,
  ): Promise<FeatureExtractor> {
    return new EagerFeatureExtractor(model, this.ops, normalization, layer);
  }

  dispose(): Promise<void> {
    return this.#close();
  }
}
