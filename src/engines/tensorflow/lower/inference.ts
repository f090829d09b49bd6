import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../../images/preprocess.ts';
import { Problem } from '../../../problem.ts';
import { EngineError } from '../../engine-error.ts';
import { cast, multiply, sum } from '../graph/elementwise.ts';
import { Graph } from '../graph/graph.ts';
import { relu, softmax } from '../graph/nonlinear.ts';
import { mean } from '../graph/reductions.ts';
import { oneHot } from '../graph/reshaping.ts';
import { knownSize } from '../graph/shapes.ts';
import type { Tensor } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import { foldablePairs, foldedWeights } from './folding.ts';
import { normalize, pixelPlaceholder } from './images.ts';
import { lowerLogits } from './model.ts';
import { type FoldedWeights, fullPrecision, type Layer, type Pass, type Precision, plainPass } from './pass.ts';
import { ConstantWeights } from './weights.ts';

/** Signature `predict`: pixels → probabilities [batch, class]. */
export function addPredict(graph: Graph, pixels: Tensor, logits: Tensor): void {
  graph.signatures.predict = { inputs: { pixels }, outputs: { probabilities: softmax(graph, logits) } };
}

/** Signature `predict` with the weights that the model holds now. */
export function lowerPredictor(model: LayersModel, normalization: Normalization, precision: Precision): Graph {
  const graph = new Graph();
  const { pixels, logits } = lowerConstant(graph, model, normalization, { precision });
  addPredict(graph, pixels, logits);
  return graph;
}

export interface LoweredExplainer {
  graph: Graph;
  /** Of a map. */
  height: number;
  width: number;
}

/**
 * Signature `explain`: pixels, classes [batch] → maps [batch, height, width], Grad-CAM at the last spatial layer.
 * @throws EngineError where no layer puts out a picture
 */
export function lowerExplainer(model: LayersModel, normalization: Normalization): LoweredExplainer {
  const target = lastSpatialLayer(model, normalization);
  const graph = new Graph();
  const watched: Tensor[] = [];
  const { pixels, logits } = lowerConstant(graph, model, normalization, {
    seen(_layer, path, output) {
      if (path !== target) return output;
      const maps = graph.watch(cast(graph, output, dataType.float));
      watched.push(maps);
      return maps;
    },
  });
  const maps = watched.at(-1);
  const classes = graph.placeholder('explain/classes', dataType.int32, [null]);
  const gradient = maps && graph.gradients(logits, oneHot(graph, classes, knownSize(logits.shape, 1))).byTensor(maps);
  if (!gradient) throw noSpatialLayer(model);
  const weighted = multiply(graph, maps, mean(graph, gradient, [1, 2], true));
  const outputs = { maps: relu(graph, sum(graph, weighted, [3], false)) };
  graph.signatures.explain = { inputs: { pixels, classes }, outputs };
  return { graph, height: knownSize(maps.shape, 1), width: knownSize(maps.shape, 2) };
}

/**
 * Signature `features`: pixels → [batch, size], what a layer puts out, averaged over its positions.
 * @param layer a layer's name or path; default: the input of the last Dense layer, or else the last spatial layer
 * @throws Problem where the model has no such layer
 */
export function lowerFeatures(
  model: LayersModel,
  normalization: Normalization,
  layer?: string,
): { graph: Graph; size: number } {
  const graph = new Graph();
  let found: Tensor | null = null;
  const target = layer ?? (hasDense(model) ? null : lastSpatialLayer(model, normalization));
  const { pixels } = lowerConstant(graph, model, normalization, {
    keep: layer,
    seen(one, path, output, inputs) {
      if (target === null ? one.getClassName() === 'Dense' : path === target || one.name === target) {
        found = target === null ? (inputs[0] ?? null) : output;
      }
      return output;
    },
  });
  const output = found as Tensor | null;
  if (!output) {
    throw new Problem(
      'no-such-layer',
      `The model ${model.name} has no layer “${target}”.`,
      'Name one of the layers that the model’s summary lists.',
    );
  }
  const x = cast(graph, output, dataType.float);
  const positions = x.shape.map((_, axis) => axis).slice(1, -1);
  const features = positions.length > 0 ? mean(graph, x, positions) : x;
  graph.signatures.features = { inputs: { pixels }, outputs: { features } };
  return { graph, size: knownSize(features.shape, 1) };
}

interface ConstantOptions {
  precision?: Precision;
  /** Name of a layer whose own output is wanted: no batch norm is folded into it. */
  keep?: string | undefined;
  seen?: Pass['seen'];
}

/** Lowers the model in inference mode with constant weights, batch norm folded into the convolutions. */
function lowerConstant(
  graph: Graph,
  model: LayersModel,
  normalization: Normalization,
  { precision = fullPrecision, keep, seen }: ConstantOptions,
): { pixels: Tensor; logits: Tensor } {
  const weights = new ConstantWeights(graph);
  const folded = new Map<Layer, FoldedWeights | null>();
  for (const pair of foldablePairs(model)) {
    if (pair.convolution.name === keep) continue;
    folded.set(
      pair.convolution,
      foldedWeights(graph, pair, (source) => weights.value(source)),
    );
    folded.set(pair.batchNorm, null);
  }
  const pixels = pixelPlaceholder(graph, 'pixels', model);
  const pass = plainPass({ graph, mode: 'inference', precision, weights, folded, ...(seen && { seen }) });
  return { pixels, logits: lowerLogits(model, normalize(graph, pixels, normalization), pass) };
}

/** Path of the last layer whose output has a height and a width. */
function lastSpatialLayer(model: LayersModel, normalization: Normalization): string {
  let last: string | null = null;
  lowerConstant(new Graph(), model, normalization, {
    seen(_layer, path, output) {
      const [, height, width] = output.shape;
      if (output.shape.length === 4 && (height ?? 0) * (width ?? 0) > 1) last = path;
      return output;
    },
  });
  if (last === null) throw noSpatialLayer(model);
  return last;
}

function hasDense(model: LayersModel): boolean {
  return model.layers.some(
    (layer) => layer.getClassName() === 'Dense' || ('layers' in layer && hasDense(layer as LayersModel)),
  );
}

function noSpatialLayer(model: LayersModel): EngineError {
  return new EngineError(
    'unsupported-model',
    `The model ${model.name} has no layer whose output has a height and a width, so there is nothing to map its classes on.`,
    'Choose a model with convolutions.',
  );
}
