import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { TrainerOptions } from '../../engine.ts';
import { weightNames } from '../../weight-names.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor, Variable } from '../graph/types.ts';
import type { Layer, WeightSource } from './pass.ts';

export interface ModelWeight {
  /** Stable between processes: `<layer>/<role>`. */
  name: string;
  shape: number[];
  /** Factor of the learning rate; 0: not trained. */
  rate: number;
  source: LayerVariable;
}

/** The model's weights in the order of `model.weights`. */
export function modelWeights(model: LayersModel, rates: TrainerOptions['layerRates'] = new Map()): ModelWeight[] {
  const trainable = new Set(model.trainableWeights);
  const names = weightNames(model);
  return model.weights.map((source, i) => {
    const name = names[i] as string;
    return {
      name,
      shape: source.shape.map((size) => size ?? 0),
      rate: trainable.has(source) ? rateOf(name.slice(0, name.lastIndexOf('/')), rates) : 0,
      source,
    };
  });
}

/**
 * The rate of a layer. One without its own has that of the model it is nested in.
 * @param path `<layer>`, or `<model>/<layer>` for a nested model's
 */
export function rateOf(path: string, rates: TrainerOptions['layerRates']): number {
  const rate = rates.get(path);
  if (rate !== undefined) return rate;
  const end = path.lastIndexOf('/');
  return end < 0 ? 1 : rateOf(path.slice(0, end), rates);
}

/** Weights that are variables of the graph. Each is read at most once, so that a weight used twice gets one gradient. */
export class WeightVariables implements WeightSource {
  readonly weights: readonly ModelWeight[];
  readonly #graph: Graph;
  readonly #variables = new Map<LayerVariable, Variable>();
  readonly #reads = new Map<Variable, Tensor>();

  /** @param prefix of the variables' names in the graph */
  constructor(graph: Graph, weights: readonly ModelWeight[], prefix = '') {
    this.weights = weights;
    this.#graph = graph;
    for (const { source, name, shape, rate } of weights) {
      this.#variables.set(source, graph.variable(`${prefix}${name}`, shape, prefix === '' && rate > 0));
    }
  }

  variable(source: LayerVariable): Variable {
    const variable = this.#variables.get(source);
    if (!variable) throw new Error(`The weight ${source.originalName} is not one of the model's.`);
    return variable;
  }

  value(source: LayerVariable): Tensor {
    const variable = this.variable(source);
    const known = this.#reads.get(variable);
    if (known) return known;
    const read = this.#graph.read(variable);
    this.#reads.set(variable, read);
    return read;
  }

  all(): Variable[] {
    return this.weights.map((weight) => this.variable(weight.source));
  }
}

/** The values the model holds now, written into the graph: TensorFlow prepares constant kernels once for its fastest code. */
export class ConstantWeights implements WeightSource {
  readonly #graph: Graph;
  readonly #constants = new Map<LayerVariable, Tensor>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  variable(source: LayerVariable): Variable {
    throw new Error(`The weight ${source.originalName} is a constant.`);
  }

  value(source: LayerVariable): Tensor {
    const known = this.#constants.get(source);
    if (known) return known;
    const data = source.read().dataSync<'float32'>();
    const constant = this.#graph.constant(
      source.originalName,
      data,
      source.shape.map((size) => size ?? 0),
    );
    this.#constants.set(source, constant);
    return constant;
  }
}

/** TensorFlow.js names a weight `<scope>/<role>`. */
export function findWeight(layer: Layer, role: string): LayerVariable | undefined {
  return layer.weights.find((weight) => weight.originalName.split('/').at(-1) === role);
}
