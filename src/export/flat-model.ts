import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { LayerConfig } from '../engines/tensorflow/lower/layer-config.ts';
import { Problem } from '../problem.ts';

type Layer = layers.Layer;

/** Sizes per axis, [batch, height, width, channel] or [batch, …]; null: the batch, which may be any. */
export type Shape = readonly (number | null)[];

/** One call of one layer. */
export interface LayerCall {
  /** Unique among the layers; of a layer inside a nested model `<model>.<layer>`. The calls of a shared layer share it. */
  name: string;
  className: string;
  config: LayerConfig;
  layer: Layer;
  inputs: readonly LayerCall[];
  /** Of its output. */
  shape: Shape;
}

export interface FlatModel {
  /** Every call after those it takes its inputs from; the first is the input layer, the last gives the probabilities. */
  calls: LayerCall[];
  input: LayerCall;
  output: LayerCall;
}

export interface Weight {
  shape: number[];
  data: Float32Array;
}

/**
 * A classifier as the plain sequence of what it computes; nested models are taken apart.
 * @throws Problem `model-not-a-classifier` unless it has one input and one output
 */
export function flatten(model: LayersModel): FlatModel {
  const [input, ...moreInputs] = model.inputs;
  const [output, ...moreOutputs] = model.outputs;
  if (!input || !output || moreInputs.length > 0 || moreOutputs.length > 0) {
    throw new Problem(
      'model-not-a-classifier',
      `The model has ${model.inputs.length} inputs and ${model.outputs.length} outputs.`,
      'Choose a model with one image input and one output of class probabilities.',
    );
  }
  const calls: LayerCall[] = [];
  const names = new LayerNames();
  const first = callOf(input, names.of(input.sourceLayer, ''), []);
  calls.push(first);

  const visit = (symbolic: SymbolicTensor, known: Map<number, LayerCall>, prefix: string): LayerCall => {
    const done = known.get(symbolic.id);
    if (done) return done;
    const inputs = symbolic.inputs.map((one) => visit(one, known, prefix));
    const layer = symbolic.sourceLayer;
    let call: LayerCall;
    if (isModel(layer)) {
      const inner = new Map(layer.inputs.map((one, i) => [one.id, inputs[i] as LayerCall]));
      call = visit(layer.outputs[0] as SymbolicTensor, inner, `${prefix}${layer.name}.`);
    } else {
      call = callOf(symbolic, names.of(layer, prefix), inputs);
      calls.push(call);
    }
    known.set(symbolic.id, call);
    return call;
  };
  const last = visit(output, new Map([[input.id, first]]), '');
  return { calls, input: first, output: last };
}

/** The weight with this role (`kernel`, `bias`, `gamma` …); null where the layer has none. */
export function weightOf({ layer }: LayerCall, role: string): Weight | null {
  // TensorFlow.js names a weight `<scope>/<role>`.
  const found = layer.weights.find((weight) => weight.originalName.split('/').at(-1) === role);
  if (!found) return null;
  return { shape: found.shape.map((size) => size ?? 0), data: found.read().dataSync<'float32'>() };
}

/** The axes a layer normalises over, counted from 0: its config has one number, or a list once the layer is built. */
export function axesOf({ layer, shape }: LayerCall): number[] {
  const { axis } = layer.getConfig();
  const list = Array.isArray(axis) ? axis : [axis ?? -1];
  return list.map((one) => (Number(one) < 0 ? Number(one) + shape.length : Number(one)));
}

function callOf(symbolic: SymbolicTensor, name: string, inputs: LayerCall[]): LayerCall {
  const layer = symbolic.sourceLayer;
  const config = new LayerConfig(layer.getConfig());
  return { name, className: layer.getClassName(), config, layer, inputs, shape: symbolic.shape };
}

/** Layers of different models may have equal names: the later ones get a number. */
class LayerNames {
  readonly #names = new Map<Layer, string>();
  readonly #used = new Set<string>();

  of(layer: Layer, prefix: string): string {
    const known = this.#names.get(layer);
    if (known !== undefined) return known;
    const wanted = `${prefix}${layer.name}`.replaceAll('/', '.');
    let name = wanted;
    for (let i = 1; this.#used.has(name); i++) name = `${wanted}_${i}`;
    this.#used.add(name);
    this.#names.set(layer, name);
    return name;
  }
}

function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && 'outputs' in layer;
}
