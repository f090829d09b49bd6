import { Unsupported } from '../../engines/tensorflow/lower/layer-config.ts';
import { encodeHdf5, type HdfDataset, type HdfGroup } from '../../interop/hdf5.ts';
import { encodeZip } from '../../interop/zip.ts';
import { contractFiles, json } from '../files.ts';
import { flatten, type LayerCall, type Shape, weightOf } from '../flat-model.ts';
import { affineOf, type ExportSource, type Preprocessing } from '../source.ts';
import { withLayer } from '../unsupported.ts';
import { activationLayers, converters, type KerasLayer } from './layer-configs.ts';
import { type KerasTensor, layerOrder } from './layer-order.ts';

/** Keras 3 reads files of its major version; this is the oldest that knows every layer written here. */
const KERAS_VERSION = '3.5.0';

/** With what its place in `config.json` needs. */
interface Tensor extends KerasTensor {
  inputs: readonly Tensor[];
  /** Which call of the layer, counted from 0. */
  node: number;
  shape: Shape;
}

interface WrittenLayer {
  className: string;
  config: Record<string, unknown>;
  /** Of each call. */
  inputs: (readonly Tensor[])[];
  weights: HdfDataset[];
}

/**
 * The bytes of a `.keras` file: a functional Keras 3 model that can be trained on. Its input takes pixels 0–255 of any number
 * type, or normalised numbers where preprocessing is outside; its output is [batch, class].
 * @param savedAt milliseconds since 1970
 * @throws Problem `layer-not-exportable`, `model-not-a-classifier`
 */
export function toKeras(source: ExportSource, preprocessing: Preprocessing, savedAt: number): Uint8Array {
  const { model, labels, preprocess } = source;
  const { input, calls, output } = flatten(model);
  const writer = new FunctionalWriter();
  const image = writer.input(input.name, input.shape);
  const tensors = new Map<LayerCall, Tensor>();
  const first = preprocessing === 'inside' ? writer.add('preprocess', rescaling(source), [image], input.shape) : image;
  tensors.set(input, first);
  for (const call of calls.slice(1)) {
    const inputs = call.inputs.map((one) => tensors.get(one) as Tensor);
    tensors.set(
      call,
      withLayer(call, 'a Keras model', () => convert(writer, call, inputs)),
    );
  }
  const last = tensors.get(output) as Tensor;
  const config = writer.config(model.name, image, last);
  const entries = [
    { name: 'metadata.json', data: json({ keras_version: KERAS_VERSION, date_saved: kerasDate(savedAt) }) },
    { name: 'config.json', data: json(config) },
    { name: 'model.weights.h5', data: encodeHdf5(writer.weights(last)) },
    ...contractFiles({ labels, preprocess }),
  ];
  return encodeZip(
    entries.map(({ name, data }) => ({ name, data: typeof data === 'string' ? Buffer.from(data) : data })),
  );
}

/** A layer, and what its activation adds. A layer called again keeps its weights. */
function convert(writer: FunctionalWriter, call: LayerCall, inputs: readonly Tensor[]): Tensor {
  const { name, className, config, shape } = call;
  const activations = activationLayers(config.string('activation', 'linear'));
  if (className === 'Activation') return chain(writer, name, activations, inputs, shape);
  const converter = converters[className];
  if (!converter) throw new Unsupported('that kind of layer is not known here');
  const layer = converter(call);
  const weights = layer.weights.flatMap((role) => weightOf(call, role) ?? []);
  const y = writer.add(name, layer, inputs, shape, weights);
  return chain(writer, `${name}.activation`, activations, [y], shape);
}

/** One layer after the other; the last has the name. Of none the input itself comes out. */
function chain(
  writer: FunctionalWriter,
  name: string,
  layers: readonly KerasLayer[],
  inputs: readonly Tensor[],
  shape: Shape,
): Tensor {
  let values = inputs;
  layers.forEach((layer, i) => {
    const last = i === layers.length - 1;
    values = [writer.add(last ? name : `${name}.${i}`, layer, values, shape)];
  });
  return values[0] as Tensor;
}

function rescaling({ preprocess }: ExportSource): KerasLayer {
  return { className: 'Rescaling', config: { ...affineOf(preprocess.normalization) }, weights: [] };
}

const merging = new Set(['Add', 'Average', 'Concatenate', 'Maximum', 'Minimum', 'Multiply']);

/** Collects the layers of a functional model and their calls. */
class FunctionalWriter {
  readonly #layers = new Map<string, WrittenLayer>();

  input(name: string, shape: Shape): Tensor {
    const config = { batch_shape: shape, dtype: 'float32', sparse: false, ragged: false };
    this.#layers.set(name, { className: 'InputLayer', config, inputs: [], weights: [] });
    return { layer: name, inputs: [], node: 0, shape };
  }

  add(
    name: string,
    { className, config }: KerasLayer,
    inputs: readonly Tensor[],
    shape: Shape,
    weights: HdfDataset[] = [],
  ): Tensor {
    const known = this.#layers.get(name);
    const layer = known ?? { className, config: { trainable: true, dtype: 'float32', ...config }, inputs: [], weights };
    this.#layers.set(name, layer);
    layer.inputs.push(inputs);
    return { layer: name, inputs, node: layer.inputs.length - 1, shape };
  }

  /** `config.json` */
  config(name: string, input: Tensor, output: Tensor): object {
    const layers = this.#ordered(output).map(([layerName, { className, config, inputs }]) => ({
      module: 'keras.layers',
      class_name: className,
      config: { name: layerName, ...config },
      registered_name: null,
      name: layerName,
      inbound_nodes: inputs.map((one) => {
        const tensors = one.map(kerasTensor);
        return { args: merging.has(className) ? [tensors] : tensors, kwargs: {} };
      }),
    }));
    const history = ({ layer, node }: Tensor) => [layer, node, 0];
    return {
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name,
        trainable: true,
        layers,
        input_layers: [history(input)],
        output_layers: [history(output)],
      },
      registered_name: 'Functional',
      build_config: { input_shape: null },
    };
  }

  /** `model.weights.h5`: `layers/<class in snake case>[_<count>]/vars/<n>`. */
  weights(output: Tensor): HdfGroup {
    const counts = new Map<string, number>();
    const groups = new Map<string, HdfGroup>();
    for (const [, { className, weights }] of this.#ordered(output)) {
      const base = snakeCase(className);
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      if (weights.length === 0) continue;
      const vars = new Map(weights.map((weight, i) => [String(i), weight] as const));
      groups.set(count === 0 ? base : `${base}_${count}`, new Map([['vars', vars]]));
    }
    return new Map([['layers', groups]]);
  }

  #ordered(output: Tensor): [string, WrittenLayer][] {
    return layerOrder(output).map((name) => [name, this.#layers.get(name) as WrittenLayer]);
  }
}

function kerasTensor({ layer, node, shape }: Tensor): object {
  return { class_name: '__keras_tensor__', config: { shape, dtype: 'float32', keras_history: [layer, node, 0] } };
}

/** As `keras.src.utils.naming.to_snake_case`: `Conv2D` → `conv2d`, `ReLU` → `re_lu`. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `2026-11-25@16:12:54`, UTC. */
function kerasDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', '@');
}
