import { mean, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../images/preprocess.ts';
import type { FeatureExtractor, ImageBatch } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { inference, runSteps, type Values } from './forward.ts';
import type { EagerOps } from './ops.ts';
import { type Normalizer, normalizer } from './pixels.ts';
import { type Plan, type PlanStep, planModel } from './plan.ts';
import { activate } from './predictor.ts';

/** What a layer gives, with the weights the model has at the time of the call. */
export class EagerFeatureExtractor implements FeatureExtractor {
  readonly size: number;
  readonly #ops: EagerOps;
  readonly #plan: Plan;
  readonly #normalize: Normalizer;
  readonly #steps: PlanStep[];

  /** @throws EngineError when there is no such layer before the probabilities. */
  constructor(model: LayersModel, ops: EagerOps, normalization: Normalization, layer?: string) {
    this.#ops = ops;
    const plan = planModel(model, ops.fusions);
    const last = layer === undefined ? beforeClassifier(plan) : indexOf(plan, layer);
    // A layer that is done together with its neighbour gives nothing of its own there.
    this.#plan = last >= 0 ? plan : planModel(model);
    const end = last >= 0 ? last : indexOf(this.#plan, layer as string);
    const step = this.#plan.steps[end];
    if (!step) throw noSuchLayer(model, layer ?? '');
    this.#steps = this.#plan.steps.slice(0, end + 1);
    this.size = step.shape.at(-1) as number;
    this.#normalize = normalizer(plan.inputShape, normalization);
  }

  async features(batch: ImageBatch): Promise<Float32Array> {
    await activate(this.#ops);
    return this.#ops.guard(async () => {
      const features = tidy(() => {
        const values: Values = [this.#normalize(batch)];
        runSteps(this.#steps, this.#ops, values, inference);
        const output = values[this.#steps.at(-1)?.output as number] as NonNullable<Values[number]>;
        const positions = output.shape.map((_, i) => i).slice(1, -1);
        return positions.length > 0 ? mean(output, positions) : output;
      });
      const values = (await features.data()).slice() as Float32Array;
      features.dispose();
      return values;
    });
  }

  dispose(): void {}
}

/** Index of the step that gives the input of the last Dense layer, or of the last layer with weights where there is none. */
function beforeClassifier({ steps }: Plan): number {
  const classifier =
    steps.findLast(({ layer }) => layer.getClassName() === 'Dense') ??
    steps.findLast(({ layer }) => layer.weights.length > 0);
  return steps.findIndex(({ output }) => output === classifier?.inputs[0]);
}

function indexOf(plan: Plan, layer: string): number {
  return plan.steps.findLastIndex(({ outputLayer }) => outputLayer === layer);
}

function noSuchLayer(model: LayersModel, layer: string): EngineError {
  return new EngineError(
    'unsupported-model',
    layer
      ? `The model ${model.name} has no layer ${layer} before its probabilities.`
      : `The model ${model.name} has no layer before its classifier.`,
    'Name one of the layers that the run panel lists.',
  );
}
