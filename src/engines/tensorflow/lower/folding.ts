import type { LayersModel, LayerVariable, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { add, multiply, subtract } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import { reciprocalRoot } from '../graph/nonlinear.ts';
import { reshape } from '../graph/reshaping.ts';
import { knownSize } from '../graph/shapes.ts';
import type { Tensor } from '../graph/types.ts';
import { isModel } from './model.ts';
import type { FoldedWeights, Layer } from './pass.ts';
import { findWeight } from './weights.ts';

/** A convolution whose only reader is a batch norm: in inference both are one convolution with a bias. */
export interface FoldablePair {
  convolution: Layer;
  batchNorm: Layer;
  kernel: LayerVariable;
}

/** Role of the kernel whose last axis (for `depthwise_kernel` the last two) runs over the outputs. */
const kernelRoles: Record<string, string> = {
  Conv2D: 'kernel',
  DepthwiseConv2D: 'depthwise_kernel',
  SeparableConv2D: 'pointwise_kernel',
};

export function foldablePairs(model: LayersModel): FoldablePair[] {
  const uses = new Map<Layer, number>();
  const readers = new Map<number, SymbolicTensor[]>();
  const outputs: SymbolicTensor[] = [];
  visit(model, uses, readers, outputs);
  return outputs.flatMap((output) => {
    const convolution = output.sourceLayer;
    const kernel = findWeight(convolution, kernelRoles[convolution.getClassName()] ?? '');
    const [reader, ...more] = readers.get(output.id) ?? [];
    const batchNorm = reader?.sourceLayer;
    if (!kernel || !batchNorm || more.length > 0 || !isLinear(convolution)) return [];
    const alone = uses.get(convolution) === 1 && uses.get(batchNorm) === 1;
    return alone && normalisesChannels(batchNorm) ? [{ convolution, batchNorm, kernel }] : [];
  });
}

function visit(
  model: LayersModel,
  uses: Map<Layer, number>,
  readers: Map<number, SymbolicTensor[]>,
  outputs: SymbolicTensor[],
): void {
  const seen = new Set(model.inputs.map(({ id }) => id));
  const walk = (symbolic: SymbolicTensor) => {
    if (seen.has(symbolic.id)) return;
    seen.add(symbolic.id);
    outputs.push(symbolic);
    const layer = symbolic.sourceLayer;
    const count = uses.get(layer) ?? 0;
    uses.set(layer, count + 1);
    if (isModel(layer) && count === 0) visit(layer, uses, readers, outputs);
    for (const input of symbolic.inputs) {
      readers.set(input.id, [...(readers.get(input.id) ?? []), symbolic]);
      walk(input);
    }
  };
  for (const output of model.outputs) walk(output);
}

function isLinear(layer: Layer): boolean {
  return (layer.getConfig().activation ?? 'linear') === 'linear' && layer.getConfig().dataFormat !== 'channelsFirst';
}

function normalisesChannels(layer: Layer): boolean {
  const { axis } = layer.getConfig();
  return layer.getClassName() === 'BatchNormalization' && (axis === -1 || axis === 3);
}

/**
 * With s = γ/√(σ² + ε): kernel·s along the outputs, and β + (bias − μ)·s.
 * @param value gives a weight as a float32 tensor
 */
export function foldedWeights(
  graph: Graph,
  { convolution, batchNorm, kernel }: FoldablePair,
  value: (source: LayerVariable) => Tensor,
): FoldedWeights {
  const weight = (layer: Layer, role: string): Tensor | null => {
    const source = findWeight(layer, role);
    return source ? value(source) : null;
  };
  const variance = weight(batchNorm, 'moving_variance');
  const mean = weight(batchNorm, 'moving_mean');
  if (!variance || !mean) throw new Error(`The layer ${batchNorm.name} has no moving statistics.`);
  const root = reciprocalRoot(graph, add(graph, variance, Number(batchNorm.getConfig().epsilon)));
  const gamma = weight(batchNorm, 'gamma');
  const scale = gamma ? multiply(graph, root, gamma) : root;
  const bias = weight(convolution, 'bias');
  const centre = multiply(graph, bias ? subtract(graph, mean, bias) : mean, scale);
  const beta = weight(batchNorm, 'beta');
  const original = value(kernel);
  const rows = reshape(graph, original, [null, knownSize(scale.shape, 0)]);
  return {
    kernel: reshape(graph, multiply(graph, rows, scale), original.shape),
    bias: beta ? subtract(graph, beta, centre) : multiply(graph, centre, -1),
  };
}
