import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { weightNames } from '../../weight-names.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor, Variable } from '../graph/types.ts';

type Layer = layers.Layer;

export interface ModelWeight {
  /** Stable between processes. */
  name: string;
  shape: number[];
  trainable: boolean;
  source: LayerVariable;
}

/** The model's weights in the order of `model.weights`. */
export function modelWeights(model: LayersModel): ModelWeight[] {
  const trainable = new Set(model.trainableWeights);
  const names = weightNames(model);
  return model.weights.map((source, i) => ({
    name: names[i] as string,
    shape: source.shape.map((size) => size ?? 0),
    trainable: trainable.has(source),
    source,
  }));
}

/** A graph's variables, one for each weight of the model. */
export class WeightVariables {
  readonly weights: readonly ModelWeight[];
  readonly #variables = new Map<LayerVariable, Variable>();

  constructor(graph: Graph, weights: readonly ModelWeight[]) {
    this.weights = weights;
    for (const weight of weights) {
      this.#variables.set(weight.source, graph.variable(weight.name, weight.shape, weight.trainable));
    }
  }

  of(source: LayerVariable): Variable {
    const variable = this.#variables.get(source);
    if (!variable) throw new Error(`The weight ${source.originalName} is not one of the model's.`);
    return variable;
  }

  all(): Variable[] {
    return this.weights.map((weight) => this.of(weight.source));
  }
}

/** Reads each variable at most once in a pass, so that a weight used twice gets one gradient. */
export class WeightReader {
  readonly #graph: Graph;
  readonly #variables: WeightVariables;
  readonly #reads = new Map<Variable, Tensor>();

  constructor(graph: Graph, variables: WeightVariables) {
    this.#graph = graph;
    this.#variables = variables;
  }

  read(layer: Layer, role: string): Tensor | null {
    const source = findWeight(layer, role);
    return source ? this.value(this.#variables.of(source)) : null;
  }

  variable(layer: Layer, role: string): Variable {
    const source = findWeight(layer, role);
    if (!source) throw new Error(`The layer ${layer.name} has no weight ${role}.`);
    return this.#variables.of(source);
  }

  value(variable: Variable): Tensor {
    const known = this.#reads.get(variable);
    if (known) return known;
    const read = this.#graph.read(variable);
    this.#reads.set(variable, read);
    return read;
  }
}

/** TensorFlow.js names a weight `<scope>/<role>`. */
function findWeight(layer: Layer, role: string): LayerVariable | undefined {
  return layer.weights.find((weight) => weight.originalName.split('/').at(-1) === role);
}
