import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { ClassMaps, Explainer, FeatureExtractor, ImageBatch } from '../engine.ts';
import type { TensorFlowBinding } from './binding.ts';
import { type LoweredExplainer, lowerExplainer, lowerFeatures } from './lower/inference.ts';
import { imageShapeOf, pixelFeed, runOnImages } from './predictor.ts';
import { Session } from './session.ts';

/** Grad-CAM as one graph, with the weights that the model had when this was made. */
export class TensorFlowExplainer implements Explainer {
  readonly #session: Session;
  readonly #lowered: LoweredExplainer;
  readonly #imageShape: readonly number[];

  constructor(binding: TensorFlowBinding, model: LayersModel, normalization: Normalization) {
    this.#imageShape = imageShapeOf(model);
    this.#lowered = lowerExplainer(model, normalization);
    this.#session = new Session(binding, this.#lowered.graph);
  }

  async explain(batch: ImageBatch, classes: Int32Array): Promise<ClassMaps> {
    const feeds = {
      pixels: pixelFeed(batch, this.#imageShape),
      classes: { shape: [batch.size], data: classes.subarray(0, batch.size) },
    };
    const maps = await runOnImages(this.#session, 'explain', feeds, 'maps');
    return { maps, height: this.#lowered.height, width: this.#lowered.width };
  }

  dispose(): void {
    this.#session.close();
  }
}

/** Features with the weights that the model had when this was made. */
export class TensorFlowFeatures implements FeatureExtractor {
  readonly size: number;
  readonly #session: Session;
  readonly #imageShape: readonly number[];

  constructor(binding: TensorFlowBinding, model: LayersModel, normalization: Normalization, layer?: string) {
    this.#imageShape = imageShapeOf(model);
    const { graph, size } = lowerFeatures(model, normalization, layer);
    this.size = size;
    this.#session = new Session(binding, graph);
  }

  async features(batch: ImageBatch): Promise<Float32Array> {
    return runOnImages(this.#session, 'features', { pixels: pixelFeed(batch, this.#imageShape) }, 'features');
  }

  dispose(): void {
    this.#session.close();
  }
}
