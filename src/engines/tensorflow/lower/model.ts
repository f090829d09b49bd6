import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Problem } from '../../../problem.ts';
import { cast } from '../graph/elementwise.ts';
import type { Tensor } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import { LayerConfig, Unsupported } from './layer-config.ts';
import { lowerings } from './layers.ts';
import type { Layer, LayerContext, Pass } from './pass.ts';
import { keepsHalf } from './precision.ts';
import { penaltiesOf } from './regularizers.ts';
import { findWeight } from './weights.ts';

/** A layer that no graph can be made of; another way of running the model may do. */
export class LayerNotSupported extends Problem {
  constructor(layer: Layer, cause: Unsupported) {
    super(
      'layer-not-supported',
      `The layer “${layer.name}” (${layer.getClassName()}) can't run in a TensorFlow graph: ${cause.message}.`,
      'Choose another engine for this model, or replace the layer.',
      { cause },
    );
  }
}

/**
 * Lowers `model` up to the logits, float32 [batch, class]: the softmax that must end it is left to the caller.
 * @param input [batch, height, width, channel], as the model's input layer takes it.
 * @throws LayerNotSupported, or Problem where the model is no classifier
 */
export function lowerLogits(model: LayersModel, input: Tensor, pass: Pass): Tensor {
  const lowering = new ModelLowering(pass);
  const output = model.outputs[0];
  const image = model.inputs[0];
  if (model.inputs.length !== 1 || model.outputs.length !== 1 || !output || !image) {
    throw new Problem(
      'model-not-a-classifier',
      `The model has ${model.inputs.length} inputs and ${model.outputs.length} outputs.`,
      'Choose a model with one image input and one output of class probabilities.',
    );
  }
  const last = output.sourceLayer;
  const known = new Map([[image.id, input]]);
  const before = output.inputs[0];
  if (before && endsInSoftmax(last)) {
    return cast(pass.graph, lowering.value(before, known, ''), dataType.float);
  }
  if (before && last.getClassName() === 'Dense' && last.getConfig().activation === 'softmax') {
    return lowering.layer(last, [lowering.value(before, known, '')], '', { activation: 'linear' });
  }
  throw new Problem(
    'model-not-a-classifier',
    `The model ends in the layer “${last.name}” (${last.getClassName()}), not in a softmax.`,
    'End the model with an Activation layer of kind softmax.',
  );
}

class ModelLowering {
  readonly #pass: Pass;
  readonly #lowered = new Set<Layer>();
  #position = 0;

  constructor(pass: Pass) {
    this.#pass = pass;
  }

  /**
   * @param known what has been lowered so far, by the symbolic tensor's id; grows.
   * @param prefix path of the model that the tensor belongs to
   */
  value(symbolic: SymbolicTensor, known: Map<number, Tensor>, prefix: string): Tensor {
    const done = known.get(symbolic.id);
    if (done) return done;
    const inputs = symbolic.inputs.map((input) => this.value(input, known, prefix));
    const tensor = this.layer(symbolic.sourceLayer, inputs, prefix);
    known.set(symbolic.id, tensor);
    return tensor;
  }

  layer(layer: Layer, inputs: readonly Tensor[], prefix: string, overrides: Record<string, unknown> = {}): Tensor {
    const path = `${prefix}${layer.name}`;
    if (isModel(layer)) return this.#nested(layer, inputs, `${path}/`);
    const config = new LayerConfig({ ...layer.getConfig(), ...overrides });
    try {
      const lower = lowerings[layer.getClassName()];
      if (!lower) throw new Unsupported('that kind of layer is not known here');
      const context = this.#context(layer, path, config);
      this.#prepareTraining(layer, config, context);
      return this.#pass.seen(layer, path, lower(context, this.#typed(layer, config, inputs)), inputs);
    } catch (error) {
      throw error instanceof Unsupported ? new LayerNotSupported(layer, error) : error;
    }
  }

  #context(layer: Layer, path: string, config: LayerConfig): LayerContext {
    const { graph, mode, weights } = this.#pass;
    return {
      pass: this.#pass,
      graph,
      layer,
      name: layer.name,
      config,
      position: this.#position++,
      movesStatistics: mode === 'training' && !this.#pass.keepsStatistics(layer, path),
      weight: (role) => {
        const source = findWeight(layer, role);
        return source ? weights.value(source) : null;
      },
      variable: (role) => {
        const source = findWeight(layer, role);
        if (!source) throw new Error(`The layer ${layer.name} has no weight ${role}.`);
        return weights.variable(source);
      },
    };
  }

  /** The inputs in one type: half precision goes on where it came in and the layer can do with it. */
  #typed(layer: Layer, config: LayerConfig, inputs: readonly Tensor[]): Tensor[] {
    const { graph, precision } = this.#pass;
    const half = keepsHalf(layer.getClassName(), config) && inputs.some((input) => input.type === precision.products);
    return inputs.map((input) => cast(graph, input, half ? precision.products : dataType.float));
  }

  #nested(model: LayersModel, inputs: readonly Tensor[], prefix: string): Tensor {
    const known = new Map<number, Tensor>();
    model.inputs.forEach((symbolic, i) => {
      const input = inputs[i];
      if (input) known.set(symbolic.id, input);
    });
    const output = model.outputs[0];
    if (!output || model.outputs.length > 1) throw new Error(`The model ${model.name} has not one output.`);
    return this.value(output, known, prefix);
  }

  /** What a training step of the layer brings beside its output. */
  #prepareTraining(layer: Layer, config: LayerConfig, { movesStatistics }: LayerContext): void {
    if (this.#pass.mode !== 'training') return;
    const constraint = config.keys().find((key) => key.endsWith('Constraint') && config.hasConstraint(key));
    if (constraint) throw new Unsupported(`its ${constraint} is set`);
    if (this.#lowered.has(layer)) {
      if (layer.getClassName() === 'BatchNormalization' && movesStatistics) {
        throw new Unsupported('it is used more than once in the model');
      }
      return;
    }
    this.#lowered.add(layer);
    this.#pass.penalties.push(...penaltiesOf(layer, config));
  }
}

function endsInSoftmax(layer: Layer): boolean {
  const className = layer.getClassName();
  return className === 'Softmax' || (className === 'Activation' && layer.getConfig().activation === 'softmax');
}

export function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'outputs' in layer;
}
