import { serialization, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { SeedSequence } from '../blocks.ts';
import { adaptChannels } from '../pretrained/match.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { isModel, type Layer } from './topology.ts';

/** One call of one layer; networks within the network are taken apart. */
export interface Call {
  layer: Layer;
  /** Positions of the calls that it reads; −1: the image. */
  inputs: readonly number[];
  /** Of its output; null: any length. */
  shape: readonly (number | null)[];
}

/** What a model of one image computes: every call after those that it reads, the last one gives its output. @throws WeightFileError */
export function callsOf(model: LayersModel): Call[] {
  const [image, ...others] = model.inputs;
  const [output, ...more] = model.outputs;
  if (!image || !output || others.length > 0 || more.length > 0) {
    throw new WeightFileError(
      `it has ${model.inputs.length} inputs and ${model.outputs.length} outputs, not one picture and one answer`,
    );
  }
  const calls: Call[] = [];
  const visit = (symbolic: SymbolicTensor, known: Map<number, number>): number => {
    const done = known.get(symbolic.id);
    if (done !== undefined) return done;
    const inputs = symbolic.inputs.map((one) => visit(one, known));
    const layer = symbolic.sourceLayer;
    let at: number;
    if (isModel(layer)) {
      at = visit(layer.outputs[0] as SymbolicTensor, new Map(layer.inputs.map((one, i) => [one.id, inputs[i] ?? -1])));
    } else {
      at = calls.push({ layer, inputs, shape: symbolic.shape }) - 1;
    }
    known.set(symbolic.id, at);
    return at;
  };
  visit(output, new Map([[image.id, -1]]));
  return calls;
}

/** Names that layers of ours have. */
const reserved = /^(image|logits|probabilities|features|averages|dropout|head\..*)$/;

/** Hands out names for layers whose networks may have had equal ones. */
export class LayerNames {
  readonly #used = new Set<string>();

  of(layer: Layer): string {
    const plain = layer.name.replaceAll('/', '.');
    const wanted = reserved.test(plain) ? `body.${plain}` : plain;
    let name = wanted;
    for (let i = 1; this.#used.has(name); i++) name = `${wanted}_${i}`;
    this.#used.add(name);
    return name;
  }
}

/**
 * The same calls on another image, by layers of their own with the same weights; a first convolution that saw colours is brought to the
 * image's channels.
 * @param wanted positions up to which is built @param seeds of what layers drop
 * @returns the output of the call at `upTo`
 * @throws WeightFileError where a layer does not take the image
 */
export function rebuild(
  calls: readonly Call[],
  upTo: number,
  image: SymbolicTensor,
  seeds: SeedSequence | null,
): SymbolicTensor {
  const names = new LayerNames();
  const built = new Map<number, SymbolicTensor>([[-1, image]]);
  const needed = neededFor(calls, upTo);
  for (const [at, { layer, inputs }] of calls.entries()) {
    if (!needed.has(at)) continue;
    const values = inputs.map((one) => built.get(one) as SymbolicTensor);
    built.set(at, applied(layer, names.of(layer), values, seeds));
  }
  return built.get(upTo) as SymbolicTensor;
}

function neededFor(calls: readonly Call[], upTo: number): Set<number> {
  const needed = new Set([upTo]);
  for (let at = upTo; at >= 0; at--) if (needed.has(at)) for (const one of calls[at]?.inputs ?? []) needed.add(one);
  return needed;
}

function applied(layer: Layer, name: string, values: SymbolicTensor[], seeds: SeedSequence | null): SymbolicTensor {
  try {
    const copy = copyOf(layer, { name, trainable: true, ...(seeds && isRandom(layer) && { seed: seeds.next() }) });
    const output = copy.apply(values.length === 1 ? (values[0] as SymbolicTensor) : values) as SymbolicTensor;
    copyWeights(layer, copy);
    return output;
  } catch (error) {
    if (error instanceof WeightFileError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new WeightFileError(`its layer ${layer.name} does not take what comes before it: ${said.split('\n')[0]}`, {
      cause: error,
    });
  }
}

/** Layers that draw numbers while they train. */
function isRandom(layer: Layer): boolean {
  return /Dropout|GaussianNoise/.test(layer.getClassName());
}

/** A layer of the same kind and settings, without weights yet. */
export function copyOf(layer: Layer, changes: serialization.ConfigDict): Layer {
  const { batchInputShape: _, batchSize: __, ...config } = layer.getConfig();
  // Weights are copied: drawing first ones would be for nothing.
  for (const name of Object.keys(config)) {
    if (name.endsWith('Initializer')) config[name] = { className: 'Zeros', config: {} };
  }
  const found = serialization.SerializationMap.getMap().classNameMap[layer.getClassName()];
  if (!found) throw new WeightFileError(`its layer ${layer.name} is of a kind that TensorFlow.js has no name for`);
  const [Kind, fromConfig] = found;
  return fromConfig(Kind, { ...config, ...changes }) as Layer;
}

/** @throws WeightFileError where they are of another shape, and no first convolution's */
export function copyWeights(from: Layer, to: Layer): void {
  tidy(() => {
    const values = from.getWeights().map((value, i) => fitting(value, to.weights[i]?.shape ?? [], from));
    if (values.length > 0) to.setWeights(values);
  });
}

function fitting(value: Tensor, shape: readonly (number | null)[], layer: Layer): Tensor {
  if (value.shape.join() === shape.join()) return value;
  const [height = 0, width = 0, channels = 0, filters = 0] = value.shape;
  const wanted = shape[2] ?? 0;
  const isFirst = layer.getClassName() === 'Conv2D' && value.rank === 4 && shape[3] === filters;
  if (!isFirst || (channels !== 3 && channels !== 1)) {
    throw new WeightFileError(`its layer ${layer.name} is made for pictures of another size or other channels`);
  }
  const kernel = adaptChannels(value.dataSync<'float32'>(), { from: channels, to: wanted, filters });
  return tensor(kernel, [height, width, wanted, filters]);
}
