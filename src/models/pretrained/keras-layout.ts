import type { WeightFile } from '../weights/weight-file.ts';
import type { Detected } from './detect.ts';
import { inceptionOrder, kerasName, oldResNetName } from './keras-names.ts';
import { namesByOrder } from './keras-order.ts';
import { type Layer, type PlaceFinder, roleOf, withEpsilon } from './places.ts';

/** The tensors of a Keras file by layer, in lower case, with `_` where older versions have `/`, and role. */
export class KerasLayers {
  /** Layer → role → name in the file. */
  readonly #byLayer = new Map<string, Map<string, string>>();
  readonly #tensors: WeightFile['tensors'];

  constructor({ tensors }: Pick<WeightFile, 'tensors'>) {
    this.#tensors = tensors;
    const paths = new Map<string, Map<string, string>>();
    for (const name of tensors.keys()) {
      const at = Math.max(0, name.lastIndexOf('/'));
      const path = name.slice(0, at);
      const roles = paths.get(path) ?? new Map<string, string>();
      roles.set(name.slice(at + 1), name);
      paths.set(path, roles);
    }
    const kernelOf = (path: string) => tensors.get(paths.get(path)?.get('kernel') ?? '')?.shape;
    for (const [path, name] of namesByOrder(paths.keys(), kernelOf)) {
      paths.set(name, paths.get(path) as Map<string, string>);
      paths.delete(path);
    }
    for (const [path, roles] of paths) this.#byLayer.set(canonical(path), roles);
    for (const [own, roles] of ownNames(paths)) if (!this.#byLayer.has(own)) this.#byLayer.set(own, roles);
    this.#countInception();
  }

  names(): IterableIterator<string> {
    return this.#byLayer.keys();
  }

  nameOf(layer: string, role: string): string | undefined {
    return this.#byLayer.get(layer)?.get(role);
  }

  shapeOf(layer: string, role = 'kernel'): readonly number[] | undefined {
    return this.#tensors.get(this.nameOf(layer, role) ?? '')?.shape;
  }

  /**
   * Inception's layers are numbered through from wherever Keras' counter stood when it was made: 94 convolutions and as many norms
   * are counted from 0.
   */
  #countInception(): void {
    for (const kind of ['conv2d', 'batch_normalization']) {
      const numbered = [...this.#byLayer.keys()]
        .map((layer) => ({ layer, number: numberOf(layer, kind) }))
        .filter(({ number }) => number >= 0)
        .sort((a, b) => a.number - b.number);
      if (numbered.length !== inceptionOrder.length) continue;
      const roles = numbered.map(({ layer }) => this.#byLayer.get(layer) as Map<string, string>);
      for (const { layer } of numbered) this.#byLayer.delete(layer);
      roles.forEach((one, i) => {
        this.#byLayer.set(`${kind}_${i}`, one);
      });
    }
  }
}

/** Layers in a network within the network, by the last part of their path, where only one ends so. */
function ownNames(paths: ReadonlyMap<string, Map<string, string>>): [own: string, roles: Map<string, string>][] {
  const found = new Map<string, Map<string, string>[]>();
  for (const [path, roles] of paths) {
    const own = canonical(path.slice(path.lastIndexOf('/') + 1));
    if (path.includes('/')) found.set(own, [...(found.get(own) ?? []), roles]);
  }
  return [...found].flatMap(([own, [only, ...others]]) => (only && others.length === 0 ? [[own, only]] : []));
}

/** `conv2d` → 0, `conv2d_7` → 7; −1: another name. */
function numberOf(layer: string, kind: string): number {
  const [, number] = new RegExp(`^${kind}(?:_(\\d+))?$`).exec(layer) ?? [null, null];
  return number === null ? -1 : Number(number ?? 0);
}

function canonical(layer: string): string {
  return layer.toLowerCase().replaceAll('/batchnorm', '_bn').replaceAll('/', '_');
}

/** Roles of TensorFlow.js' layers by the name that Keras' files have for them. */
const roles: Readonly<Record<string, string>> = { depthwise_kernel: 'kernel' };

/** Where a network's weights are in a Keras file. */
export function kerasPlaces(
  { architecture, prefix, input, naming, moreEpsilon = 0 }: Detected,
  file: Pick<WeightFile, 'tensors'>,
): PlaceFinder {
  const found = new KerasLayers(file);
  return (layer: Layer) => {
    const name = naming === 'old-keras-resnet' ? oldResNetName(layer.name) : kerasName(architecture, layer.name);
    if (name === null) return layer.weights.map(() => null);
    return layer.weights.map((weight) => {
      const scale = layer.name.endsWith('layer_scale');
      const role = scale ? 'gamma' : (roles[roleOf(weight)] ?? roleOf(weight));
      const stored = prefix + name;
      const first = input === 'caffe' && layer.getClassName() === 'Conv2D' && readsImage(layer);
      return (shape) => ({
        name: found.nameOf(stored, role) ?? `${stored}/${role}`,
        shapes: kerasShapes(shape, layer.getClassName()),
        arrange: (values) => {
          if (role === 'moving_variance') return withEpsilon(values, moreEpsilon);
          return first && shape.length === 4 ? reverseChannels(values, shape) : values;
        },
      });
    });
  };
}

/** Keras' kernels lie as TensorFlow.js' do; some are those of layers on every position, or of as many groups as channels. */
function kerasShapes(shape: readonly number[], className: string): number[][] {
  const [height = 1, width = 1, channels = 1, filters = 1] = shape;
  if (className === 'DepthwiseConv2D' && shape.length === 4) {
    return [[...shape], [height, width, 1, channels], ...(height === 1 && width === 1 ? [[channels]] : [])];
  }
  if (className === 'Conv2D' && shape.length === 4 && height === 1 && width === 1) {
    return [[...shape], [channels, filters]];
  }
  return [[...shape]];
}

function readsImage(layer: Layer): boolean {
  const source = layer.inboundNodes[0]?.inboundLayers[0];
  return source?.getClassName() === 'InputLayer' || (source?.getClassName() === 'ZeroPadding2D' && readsImage(source));
}

/** The kernel of a network that saw blue first, for one that sees red first. */
function reverseChannels(values: Float32Array, shape: readonly number[]): Float32Array {
  const [, , channels = 1, filters = 1] = shape;
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const filter = i % filters;
    const channel = Math.floor(i / filters) % channels;
    const position = Math.floor(i / (filters * channels));
    result[(position * channels + (channels - 1 - channel)) * filters + filter] = values[i] as number;
  }
  return result;
}
