import { Unsupported } from '../../engines/tensorflow/lower/layer-config.ts';
import { flatten, type LayerCall } from '../flat-model.ts';
import { assertMessageSize } from '../message-size.ts';
import { affineOf, type ExportSource, metadataOf, type Preprocessing } from '../source.ts';
import { withLayer } from '../unsupported.ts';
import { elementType, encodeOnnx } from './encode.ts';
import { OnnxGraph, type Value } from './graph.ts';
import { converters } from './layers.ts';

/**
 * The bytes of an ONNX model. Input `image`, [batch, height, width, channel]: uint8 pixels, or float32 normalised ones where
 * preprocessing is outside. Output `probabilities`, [batch, class]. Batch norms stay as they are: runtimes fold them.
 * @throws Problem `layer-not-exportable`, `model-too-large`, `model-not-a-classifier`
 */
export function toOnnx(source: ExportSource, preprocessing: Preprocessing): Uint8Array {
  assertMessageSize(source.model.weights, 'ONNX');
  const { input, calls, output } = flatten(source.model);
  const graph = new OnnxGraph();
  const image = graph.reserve('image');
  const probabilities = graph.reserve('probabilities');
  const values = new Map<LayerCall, Value>();
  const first = preprocessing === 'inside' ? normalized(graph, image, source) : image;
  values.set(input, { name: first, shape: input.shape, layout: 'nhwc' });
  for (const call of calls.slice(1)) {
    const inputs = call.inputs.map((one) => values.get(one) as Value);
    values.set(
      call,
      withLayer(call, 'ONNX', () => convert(graph, call, inputs)),
    );
  }
  const last = graph.channelsLast(values.get(output) as Value);
  graph.nodes.push({
    name: probabilities,
    operation: 'Identity',
    inputs: [last.name],
    output: probabilities,
    attributes: {},
  });
  const type = preprocessing === 'inside' ? elementType.uint8 : elementType.float;
  return encodeOnnx({
    name: source.model.name,
    graph,
    input: { name: image, type, shape: input.shape },
    output: { name: probabilities, type: elementType.float, shape: output.shape },
    description: `Image classifier of ${source.labels.length} classes, trained with Loupe.`,
    version: source.version,
    metadata: { ...metadataOf(source), preprocessing },
  });
}

function convert(graph: OnnxGraph, call: LayerCall, inputs: readonly Value[]): Value {
  const converter = converters[call.className];
  if (!converter) throw new Unsupported('that kind of layer is not known here');
  return converter({ graph, call }, inputs);
}

/** uint8 [batch, height, width, channel] → what the network was trained on. */
function normalized(graph: OnnxGraph, image: string, { preprocess }: ExportSource): string {
  const { scale, offset } = affineOf(preprocess.normalization);
  const pixels = graph.add('Cast', [image], { to: { integer: elementType.float } });
  const scaled = graph.add('Mul', [pixels, graph.floats(scale)]);
  return graph.add('Add', [scaled, graph.floats(offset)], {}, 'normalized');
}
