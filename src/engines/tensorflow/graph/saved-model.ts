import { MessageWriter } from '../../../interop/protobuf.ts';
import type { Attribute, ConstantValue, Node, Shape, Signature, Tensor } from './types.ts';

/** TensorFlow reads graphs of any producer up to its own; this one is TensorFlow 2.9's, the oldest that is attached. */
const producerVersion = 1087;

export const savedModelTag = 'serve';

/**
 * The bytes of `saved_model.pb` (field numbers: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto and
 * tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto).
 */
export function encodeSavedModel(nodes: Iterable<Node>, signatures: Record<string, Signature>): Uint8Array {
  const graph = new MessageWriter();
  for (const node of nodes) graph.message(1, nodeDef(node));
  graph.message(4, new MessageWriter().integer(1, producerVersion));
  const meta = new MessageWriter().message(1, new MessageWriter().bytes(4, savedModelTag)).message(2, graph);
  for (const [name, signature] of Object.entries(signatures)) meta.mapEntry(5, name, signatureDef(signature));
  return new MessageWriter().integer(1, 1).message(2, meta).finish();
}

/** `node:output`, the way sessions are asked for a tensor. */
export function tensorName(tensor: Tensor): string {
  return `${tensor.node.name}:${tensor.index}`;
}

function nodeDef(node: Node): MessageWriter {
  const writer = new MessageWriter().bytes(1, node.name).bytes(2, node.operation);
  for (const input of node.inputs) writer.bytes(3, input.index === 0 ? input.node.name : tensorName(input));
  for (const before of node.control) writer.bytes(3, `^${before.name}`);
  for (const [name, attribute] of Object.entries(node.attributes)) writer.mapEntry(5, name, attrValue(attribute));
  return writer;
}

function attrValue(attribute: Attribute): MessageWriter {
  const writer = new MessageWriter();
  if ('string' in attribute) return writer.bytes(2, attribute.string);
  if ('integer' in attribute) return writer.integer(3, attribute.integer);
  if ('float' in attribute) return writer.float(4, attribute.float);
  if ('boolean' in attribute) return writer.integer(5, attribute.boolean);
  if ('type' in attribute) return writer.integer(6, attribute.type);
  if ('shape' in attribute) return writer.message(7, shapeProto(attribute.shape));
  if ('tensor' in attribute) return writer.message(8, tensorProto(attribute.tensor));
  return writer.message(1, new MessageWriter().packedIntegers(3, attribute.integers));
}

function shapeProto(shape: Shape): MessageWriter {
  const writer = new MessageWriter();
  for (const size of shape) writer.message(2, new MessageWriter().integer(1, size ?? -1));
  return writer;
}

function tensorProto(value: ConstantValue): MessageWriter {
  const { buffer, byteOffset, byteLength } = value.data;
  return new MessageWriter()
    .integer(1, value.type)
    .message(2, shapeProto(value.shape))
    .bytes(4, new Uint8Array(buffer, byteOffset, byteLength));
}

function signatureDef(signature: Signature): MessageWriter {
  const writer = new MessageWriter();
  for (const [name, tensor] of Object.entries(signature.inputs)) writer.mapEntry(1, name, tensorInfo(tensor));
  for (const [name, tensor] of Object.entries(signature.outputs)) writer.mapEntry(2, name, tensorInfo(tensor));
  return writer.bytes(3, 'tensorflow/serving/predict');
}

function tensorInfo(tensor: Tensor): MessageWriter {
  return new MessageWriter().bytes(1, tensorName(tensor)).integer(2, tensor.type).message(3, shapeProto(tensor.shape));
}
