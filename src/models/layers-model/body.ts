import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PretrainedInput } from '../pretrained/input.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { type Call, callsOf } from './calls.ts';

/** Kinds of layers that every engine trains. */
export const trainedKinds: ReadonlySet<string> = new Set([
  'Activation',
  'Add',
  'AlphaDropout',
  'Average',
  'AveragePooling2D',
  'BatchNormalization',
  'Concatenate',
  'Conv2D',
  'Conv2DTranspose',
  'Cropping2D',
  'Dense',
  'DepthwiseConv2D',
  'Dropout',
  'ELU',
  'Flatten',
  'GaussianDropout',
  'GaussianNoise',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'LayerNormalization',
  'LeakyReLU',
  'Maximum',
  'MaxPooling2D',
  'Minimum',
  'Multiply',
  'PReLU',
  'Permute',
  'ReLU',
  'Rescaling',
  'Reshape',
  'SeparableConv2D',
  'Softmax',
  'SpatialDropout1D',
  'SpatialDropout2D',
  'Subtract',
  'ThresholdedReLU',
  'UpSampling2D',
  'ZeroPadding2D',
]);

/** The part of a layers model that a new classifier stands on. */
export interface Body {
  calls: readonly Call[];
  /** Position of the last call that is kept. */
  last: number;
  /** `map`: [batch, height, width, channel]; `vector`: [batch, size], of pictures of one size. */
  kind: 'map' | 'vector';
  /** How the network itself scales pixels of 0–255; null: it leaves that to whoever feeds it. */
  input: PretrainedInput | null;
}

/**
 * Everything before the classifier: the map of features that a global pooling averages, with layers behind it that were trained for the
 * old classes left out; else what goes into the last layer with weights.
 * @throws WeightFileError, with what stands in the way of training it
 */
export function bodyOf(model: LayersModel): Body {
  const found = callsOf(model);
  const { calls, input } = withoutRescaling(found);
  const classifier = calls.findLastIndex(({ layer }) => layer.weights.length > 0);
  const [before] = calls[classifier]?.inputs ?? [];
  if (before === undefined || before < 0) throw new WeightFileError('it has no layers before its classifier');
  const body = (last: number): Body => {
    assertTrainable(calls, last);
    return { calls, last, kind: calls[last]?.shape.length === 4 ? 'map' : 'vector', input };
  };
  if (calls[before]?.shape.length === 4) return body(before);
  const pooling = calls.findLastIndex(
    ({ layer }, at) => at < classifier && /^Global(Average|Max)Pooling2D$/.test(layer.getClassName()),
  );
  const [map] = calls[pooling]?.inputs ?? [];
  if (map !== undefined && map >= 0) return body(map);
  if (calls[before]?.shape.length !== 2)
    throw new WeightFileError('what goes into its classifier is no row of features');
  return body(before);
}

/** Why a layers model can't be trained further; null: it can. */
export function reasonAgainstTraining(model: LayersModel): string | null {
  try {
    bodyOf(model);
    return null;
  } catch (error) {
    if (error instanceof WeightFileError) return error.message;
    throw error;
  }
}

function assertTrainable(calls: readonly Call[], last: number): void {
  const seen = new Set<string>();
  let weights = 0;
  for (const { layer } of calls.slice(0, last + 1)) {
    const kind = layer.getClassName();
    if (!trainedKinds.has(kind)) throw new WeightFileError(`its layer ${layer.name} is of the kind ${kind}`);
    if (seen.has(String(layer.id)) && layer.weights.length > 0)
      throw new WeightFileError(`its layer ${layer.name} is used more than once`);
    seen.add(String(layer.id));
    const constraint = Object.entries(layer.getConfig()).find(([name, value]) => /Constraint$/.test(name) && value);
    if (constraint) throw new WeightFileError(`its layer ${layer.name} has a ${constraint[0]}`);
    weights += layer.weights.length;
  }
  if (weights === 0) throw new WeightFileError('no layer before its classifier has weights');
}

/** A first layer that scales pixels is done by the config's `input.normalize` instead. @throws WeightFileError where that has no word for it */
function withoutRescaling(calls: readonly Call[]): { calls: readonly Call[]; input: PretrainedInput | null } {
  const scaling = rescalingOf(calls);
  if (!scaling) return { calls, input: null };
  const { scale, offset } = scaling;
  const input =
    near(scale, 1 / 255) && offset === 0 ? 'zero-one' : near(scale, 2 / 255) && offset === -1 ? 'minus-one-one' : null;
  if (input === null)
    throw new WeightFileError(`it scales pixels by ${scale} and ${offset}, for which no input.normalize stands`);
  return { calls: withoutFirst(calls), input };
}

/** What a first layer does to pixels: p · scale + offset; null: there is none that scales. */
export function rescalingOf(calls: readonly Call[]): { scale: number; offset: number } | null {
  const [first] = calls;
  if (first?.layer.getClassName() !== 'Rescaling') return null;
  const { scale, offset } = first.layer.getConfig();
  return { scale: Number(scale), offset: Number(offset) };
}

/** The calls without the first one, whose readers read the image. */
export function withoutFirst(calls: readonly Call[]): Call[] {
  return calls.slice(1).map((call) => ({ ...call, inputs: call.inputs.map((at) => Math.max(-1, at - 1)) }));
}

function near(value: number, wanted: number): boolean {
  return Math.abs(value - wanted) < 1e-6;
}
