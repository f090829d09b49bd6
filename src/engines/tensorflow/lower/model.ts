import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Problem } from '../../../problem.ts';
import type { Tensor } from '../graph/types.ts';
import { LayerConfig, Unsupported } from './layer-config.ts';
import { lowerings } from './layers.ts';
import type { LayerContext, Pass } from './pass.ts';
import type { WeightReader } from './weights.ts';

type Layer = layers.Layer;

/**
 * Lowers `model` up to the logits, [batch, class]: the softmax that must end it is left to the caller.
 * @param input [batch, height, width, channel], as the model's input layer takes it.
 * @throws Problem that names the layer which can't be lowered.
 */
export function lowerLogits(model: LayersModel, input: Tensor, pass: Pass, weights: WeightReader): Tensor {
  const lowering = new ModelLowering(pass, weights);
  const output = model.outputs[0];
  if (model.inputs.length !== 1 || model.outputs.length !== 1 || !output) {
    throw new Problem(
      'model-not-a-classifier',
      `The model has ${model.inputs.length} inputs and ${model.outputs.length} outputs.`,
      'Choose a model with one image input and one output of class probabilities.',
    );
  }
  const last = output.sourceLayer;
  const known = new Map([[(model.inputs[0] as SymbolicTensor).id, input]]);
  if (endsInSoftmax(last)) return lowering.value(output.inputs[0] as SymbolicTensor, known);
  if (last.getClassName() === 'Dense' && last.getConfig().activation === 'softmax') {
    return lowering.layer(last, [lowering.value(output.inputs[0] as SymbolicTensor, known)], { activation: 'linear' });
  }
  throw new Problem(
    'model-not-a-classifier',
    `The model ends in the layer “${last.name}” (${last.getClassName()}), not in a softmax.`,
    'End the model with an Activation layer of kind softmax.',
  );
}

class ModelLowering {
  readonly #pass: Pass;
  readonly #weights: WeightReader;
  readonly #lowered = new Set<Layer>();
  #position = 0;

  constructor(pass: Pass, weights: WeightReader) {
    this.#pass = pass;
    this.#weights = weights;
  }

  /** @param known what has been lowered so far, by the symbolic tensor's id; grows. */
  value(symbolic: SymbolicTensor, known: Map<number, Tensor>): Tensor {
    const done = known.get(symbolic.id);
    if (done) return done;
    const inputs = symbolic.inputs.map((input) => this.value(input, known));
    const tensor = this.layer(symbolic.sourceLayer, inputs);
    known.set(symbolic.id, tensor);
    return tensor;
  }

  layer(layer: Layer, inputs: readonly Tensor[], overrides: Record<string, unknown> = {}): Tensor {
    if (isModel(layer)) return this.#nested(layer, inputs);
    const className = layer.getClassName();
    const lower = lowerings[className];
    const config = new LayerConfig({ ...layer.getConfig(), ...overrides });
    try {
      if (!lower) throw new Unsupported('that kind of layer is not known here');
      this.#refuseUntrainable(layer, config);
      const context: LayerContext = {
        pass: this.#pass,
        graph: this.#pass.graph,
        name: layer.name,
        config,
        position: this.#position++,
        weight: (role) => this.#weights.read(layer, role),
        variable: (role) => this.#weights.variable(layer, role),
      };
      return lower(context, inputs);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      throw new Problem(
        'layer-not-supported',
        `The layer “${layer.name}” (${className}) can't run in a TensorFlow graph: ${error.message}.`,
        'Choose another engine for this model, or replace the layer.',
        { cause: error },
      );
    }
  }

  #nested(model: LayersModel, inputs: readonly Tensor[]): Tensor {
    const known = new Map(model.inputs.map((symbolic, i) => [symbolic.id, inputs[i] as Tensor]));
    return this.value(model.outputs[0] as SymbolicTensor, known);
  }

  /** What the eager path would do in a step but this graph would silently leave out. */
  #refuseUntrainable(layer: Layer, config: LayerConfig): void {
    if (this.#pass.mode !== 'training') return;
    const extra = config.keys().find((key) => /(Regularizer|Constraint)$/.test(key) && config.isSet(key));
    if (extra) throw new Unsupported(`its ${extra} is set`);
    if (this.#lowered.has(layer) && layer.getClassName() === 'BatchNormalization') {
      throw new Unsupported('it is used more than once in the model');
    }
    this.#lowered.add(layer);
  }
}

function endsInSoftmax(layer: Layer): boolean {
  const className = layer.getClassName();
  return className === 'Softmax' || (className === 'Activation' && layer.getConfig().activation === 'softmax');
}

function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'outputs' in layer;
}
