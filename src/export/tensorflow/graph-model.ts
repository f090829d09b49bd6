import type { Attribute, Node, Shape, Tensor } from '../../engines/tensorflow/graph/types.ts';
import { dataType } from '../../engines/tensorflow/graph/types.ts';
import { Problem } from '../../problem.ts';
import { contractFiles, type ExportFile, json } from '../files.ts';
import { type ExportSource, metadataOf, type Preprocessing } from '../source.ts';
import { type FrozenGraph, freeze } from './frozen-graph.ts';

const WEIGHTS = 'weights.bin';

/** TensorFlow.js' names of what a weight file holds. */
const weightTypes: Partial<Record<number, 'float32' | 'int32'>> = {
  [dataType.float]: 'float32',
  [dataType.int32]: 'int32',
};

/** Operations that TensorFlow.js does not have. */
const unknownOperations = new Set(['Softsign']);

const typeNames: Record<number, string> = {
  [dataType.float]: 'DT_FLOAT',
  [dataType.int32]: 'DT_INT32',
  [dataType.uint8]: 'DT_UINT8',
  [dataType.bool]: 'DT_BOOL',
};

/**
 * The files of a TensorFlow.js graph model, as `tf.loadGraphModel` reads them: `image` [batch, height, width, channel] →
 * `probabilities` [batch, class]. Pixels go in as int32: TensorFlow.js has no bytes.
 * @throws Problem `layer-not-supported`, `layer-not-exportable`, `model-not-a-classifier`
 */
export function toGraphModel(source: ExportSource, preprocessing: Preprocessing): ExportFile[] {
  const frozen = freeze(source, preprocessing);
  assertKnown(frozen.nodes);
  const constants = frozen.nodes.flatMap((node) => {
    const value = node.attributes.value;
    return node.operation === 'Const' && value && 'tensor' in value ? [{ name: node.name, ...value.tensor }] : [];
  });
  const weights = constants.map(({ name, type, shape }) => ({ name, shape, dtype: weightTypes[type] ?? 'float32' }));
  const bytes = Buffer.concat(
    constants.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  const model = {
    format: 'graph-model',
    generatedBy: `Loupe ${source.version}`,
    convertedBy: null,
    signature: signatureOf(frozen),
    userDefinedMetadata: { ...metadataOf(source), preprocessing },
    modelTopology: { node: frozen.nodes.map(nodeDef), library: {}, versions: { producer: 1087 } },
    weightsManifest: [{ paths: [WEIGHTS], weights }],
  };
  return [{ name: 'model.json', data: json(model) }, { name: WEIGHTS, data: bytes }, ...contractFiles(source)];
}

function assertKnown(nodes: readonly Node[]): void {
  const unknown = nodes.find(({ operation }) => unknownOperations.has(operation));
  if (!unknown) return;
  throw new Problem(
    'layer-not-exportable',
    `The model computes ${unknown.operation}, which TensorFlow.js graph models don't have.`,
    'Export a layers model (tfjs), or use another activation.',
  );
}

function signatureOf({ image, probabilities }: FrozenGraph): object {
  return { inputs: { image: tensorInfo(image) }, outputs: { probabilities: tensorInfo(probabilities) } };
}

function tensorInfo({ node, index, type, shape }: Tensor): object {
  return { name: `${node.name}:${index}`, dtype: typeNames[type], tensorShape: shapeProto(shape) };
}

function nodeDef(node: Node): object {
  const inputs = node.inputs.map((input) =>
    input.index === 0 ? input.node.name : `${input.node.name}:${input.index}`,
  );
  const attr = Object.entries(node.attributes).map(([name, attribute]) => [name, attrValue(attribute)]);
  return {
    name: node.name,
    op: node.operation,
    ...(inputs.length > 0 ? { input: [...inputs, ...node.control.map(({ name }) => `^${name}`)] } : {}),
    attr: Object.fromEntries(attr),
  };
}

/** Protocol buffers' JSON form; the numbers of constants are in the weight file. */
function attrValue(attribute: Attribute): object {
  if ('string' in attribute) return { s: Buffer.from(attribute.string).toString('base64') };
  if ('integer' in attribute) return { i: String(attribute.integer) };
  if ('float' in attribute) return { f: attribute.float };
  if ('boolean' in attribute) return { b: attribute.boolean };
  if ('type' in attribute) return { type: typeNames[attribute.type] };
  if ('shape' in attribute) return { shape: shapeProto(attribute.shape) };
  if ('tensor' in attribute) {
    return { tensor: { dtype: typeNames[attribute.tensor.type], tensorShape: shapeProto(attribute.tensor.shape) } };
  }
  return { list: { i: attribute.integers.map(String) } };
}

function shapeProto(shape: Shape): object {
  return { dim: shape.map((size) => ({ size: String(size ?? -1) })) };
}
