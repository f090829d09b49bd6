import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { cast } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { FloatType, Node, Tensor, Variable } from '../graph/types.ts';
import { type FoldablePair, foldablePairs, foldedWeights } from './folding.ts';
import type { FoldedWeights, Layer, Precision, WeightSource } from './pass.ts';
import type { ModelWeight, WeightVariables } from './weights.ts';

interface FoldedVariables {
  pair: FoldablePair;
  kernel: Variable;
  bias: Variable;
}

/**
 * What prediction works with while a model is in training: copies of its weights, or of their averages, with batch norm folded
 * into the convolutions. They are refreshed when a prediction follows a step.
 */
export class EvaluationWeights implements WeightSource {
  readonly folded = new Map<Layer, FoldedWeights | null>();
  readonly #graph: Graph;
  readonly #names: ReadonlyMap<LayerVariable, ModelWeight>;
  readonly #copies = new Map<LayerVariable, { variable: Variable; read: Tensor }>();
  readonly #foldedVariables: FoldedVariables[];

  constructor(graph: Graph, model: LayersModel, weights: readonly ModelWeight[], precision: Precision) {
    this.#graph = graph;
    this.#names = new Map(weights.map((weight) => [weight.source, weight]));
    this.#foldedVariables = foldablePairs(model).map((pair) => this.#fold(pair, precision));
  }

  variable(source: LayerVariable): Variable {
    throw new Error(`The weight ${source.originalName} is a copy.`);
  }

  value(source: LayerVariable): Tensor {
    const known = this.#copies.get(source);
    if (known) return known.read;
    const { name, shape } = this.#weight(source);
    const variable = this.#graph.variable(`evaluation/${name}`, shape, false);
    const read = this.#graph.read(variable);
    this.#copies.set(source, { variable, read });
    return read;
  }

  /** The nodes that fill the copies from `from`; after the model has been lowered with them. */
  refresh(from: WeightVariables): Node[] {
    const graph = this.#graph;
    const reads = new Map<LayerVariable, Tensor>();
    const current = (source: LayerVariable): Tensor => {
      const read = reads.get(source) ?? graph.read(from.variable(source));
      reads.set(source, read);
      return read;
    };
    const copied = [...this.#copies].map(([source, { variable }]) => graph.assign(variable, current(source)));
    const folded = this.#foldedVariables.flatMap(({ pair, kernel, bias }) => {
      const values = foldedWeights(graph, pair, current);
      return [
        graph.assign(kernel, cast(graph, values.kernel, kernel.type)),
        graph.assign(bias, cast(graph, values.bias, bias.type)),
      ];
    });
    return [...copied, ...folded];
  }

  #fold(pair: FoldablePair, precision: Precision): FoldedVariables {
    const { name, shape } = this.#weight(pair.kernel);
    const depthwise = pair.convolution.getClassName() === 'DepthwiseConv2D';
    const type: FloatType = depthwise ? precision.depthwise : precision.products;
    const kernel = this.#graph.variable(`evaluation/${name}/folded`, shape, false, type);
    const outputs = depthwise ? (shape[2] ?? 0) * (shape[3] ?? 0) : (shape[3] ?? 0);
    const bias = this.#graph.variable(`evaluation/${name}/folded_bias`, [outputs], false, precision.products);
    this.folded.set(pair.convolution, { kernel: this.#graph.read(kernel), bias: this.#graph.read(bias) });
    this.folded.set(pair.batchNorm, null);
    return { pair, kernel, bias };
  }

  #weight(source: LayerVariable): ModelWeight {
    const weight = this.#names.get(source);
    if (!weight) throw new Error(`The weight ${source.originalName} is not one of the model's.`);
    return weight;
  }
}
