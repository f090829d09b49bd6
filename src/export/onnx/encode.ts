import { MessageWriter } from '../../interop/protobuf.ts';
import type { Shape } from '../flat-model.ts';
import type { Attribute, Initializer, OnnxGraph, OnnxNode } from './graph.ts';

/** The oldest operator set that has LayerNormalization, and the file format it came with. */
const OPSET = 17;
const IR_VERSION = 8;

/** TensorProto.DataType */
export const elementType = { float: 1, uint8: 2, int64: 7 } as const;

export interface GraphEdge {
  name: string;
  type: (typeof elementType)[keyof typeof elementType];
  shape: Shape;
}

export interface OnnxModel {
  name: string;
  graph: OnnxGraph;
  input: GraphEdge;
  output: GraphEdge;
  description: string;
  version: string;
  /** What a program finds in `metadata_props`. */
  metadata: Readonly<Record<string, string>>;
}

/** The bytes of an `.onnx` file (field numbers: onnx/onnx.proto). */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const graph = new MessageWriter();
  for (const node of model.graph.nodes) graph.message(1, nodeProto(node));
  graph.bytes(2, model.name);
  for (const initializer of model.graph.initializers) graph.message(5, tensorProto(initializer));
  graph.message(11, valueInfo(model.input)).message(12, valueInfo(model.output));
  const file = new MessageWriter()
    .integer(1, IR_VERSION)
    .bytes(2, 'Loupe')
    .bytes(3, model.version)
    .bytes(6, model.description)
    .message(7, graph)
    .message(8, new MessageWriter().bytes(1, '').integer(2, OPSET));
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(14, new MessageWriter().bytes(1, key).bytes(2, value));
  }
  return file.finish();
}

function nodeProto(node: OnnxNode): MessageWriter {
  const writer = new MessageWriter();
  for (const input of node.inputs) writer.bytes(1, input);
  writer.bytes(2, node.output).bytes(3, node.name).bytes(4, node.operation);
  for (const [name, attribute] of Object.entries(node.attributes)) writer.message(5, attributeProto(name, attribute));
  return writer;
}

function attributeProto(name: string, attribute: Attribute): MessageWriter {
  const writer = new MessageWriter().bytes(1, name);
  if ('float' in attribute) return writer.float(2, attribute.float).integer(20, 1);
  if ('integer' in attribute) return writer.integer(3, attribute.integer).integer(20, 2);
  if ('string' in attribute) return writer.bytes(4, attribute.string).integer(20, 3);
  for (const value of attribute.integers) writer.integer(8, value);
  return writer.integer(20, 7);
}

function tensorProto({ name, shape, data }: Initializer): MessageWriter {
  const writer = new MessageWriter();
  for (const size of shape) writer.integer(1, size);
  const type = data instanceof Float32Array ? elementType.float : elementType.int64;
  return writer
    .integer(2, type)
    .bytes(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function valueInfo({ name, type, shape }: GraphEdge): MessageWriter {
  const dimensions = new MessageWriter();
  for (const size of shape) {
    dimensions.message(1, size === null ? new MessageWriter().bytes(2, 'batch') : new MessageWriter().integer(1, size));
  }
  const tensor = new MessageWriter().integer(1, type).message(2, dimensions);
  return new MessageWriter().bytes(1, name).message(2, new MessageWriter().message(1, tensor));
}
