import { type Field, readFields } from '../../interop/protobuf.ts';
import { WeightFileError } from '../weights/weight-file.ts';

export interface OnnxValue {
  name: string;
  /** ONNX's number of the type: 1 float32, 2 uint8, 10 float16 … */
  type: number;
  /** null: any length. */
  shape: (number | null)[];
}

export interface OnnxNode {
  operation: string;
  inputs: string[];
  outputs: string[];
}

/** What is asked of an ONNX file before it is run. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export interface OnnxModel {
  producer: string;
  metadata: ReadonlyMap<string, string>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  nodes: OnnxNode[];
  /** Of all nodes, those of branches and functions too. */
  operations: ReadonlySet<string>;
  constants: ReadonlySet<string>;
  /** Files beside it that hold weights. */
  externalFiles: ReadonlySet<string>;
}

const fields = {
  model: { irVersion: 1, producer: 2, graph: 7, metadata: 14, functions: 25 },
  graph: { node: 1, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, operation: 4, attribute: 5 },
  attribute: { graph: 6, graphs: 11 },
  function: { node: 7 },
} as const;
const MOST_NODES = 200_000;
/** Branches within branches. */
const MOST_DEPTH = 16;
const EXTERNAL = 1;

/** @throws WeightFileError where the bytes are no ONNX model */
export function parseOnnx(bytes: Uint8Array): OnnxModel {
  try {
    return modelOf(bytes);
  } catch (error) {
    if (error instanceof WeightFileError) throw error;
    throw new WeightFileError('its ONNX structure is damaged or cut off', { cause: error });
  }
}

/**
 * The same file with one more output: fields that occur twice are merged, so that it can simply be written behind.
 * @param name of a value inside
 */
export function withOutput(bytes: Uint8Array, name: string): Uint8Array {
  const text = Buffer.from(name);
  const value = Buffer.concat([Buffer.of(0x0a), size(text.length), text]);
  const output = Buffer.concat([Buffer.of((fields.graph.output << 3) | 2), size(value.length), value]);
  return Buffer.concat([bytes, Buffer.of((fields.model.graph << 3) | 2), size(output.length), output]);
}

function size(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function modelOf(bytes: Uint8Array): OnnxModel {
  const metadata = new Map<string, string>();
  const graph = emptyGraph();
  let [version, producer, graphs] = [0, '', 0];
  for (const field of readFields(bytes)) {
    if (field.number === fields.model.irVersion && field.kind === 'integer') version = field.value;
    else if (field.number === fields.model.producer) producer = textOf(field);
    else if (field.number === fields.model.metadata) {
      const [key, value] = pair(bytesOf(field));
      metadata.set(key, value);
    } else if (field.number === fields.model.graph) {
      graphs++;
      readGraph(bytesOf(field), graph);
    } else if (field.number === fields.model.functions) {
      addOperations(bytesOf(field), fields.function.node, graph.operations, 0);
    }
  }
  if (version === 0 || graphs === 0) throw new WeightFileError('it is no ONNX model');
  const inputs = graph.inputs.filter(({ name }) => !graph.constants.has(name));
  return { producer, metadata, ...graph, inputs };
}

function emptyGraph() {
  return {
    inputs: [] as OnnxValue[],
    outputs: [] as OnnxValue[],
    nodes: [] as OnnxNode[],
    operations: new Set<string>(),
    constants: new Set<string>(),
    externalFiles: new Set<string>(),
  };
}

function readGraph(bytes: Uint8Array, graph: ReturnType<typeof emptyGraph>): void {
  addOperations(bytes, fields.graph.node, graph.operations, 0);
  for (const field of readFields(bytes)) {
    switch (field.number) {
      case fields.graph.node:
        if (graph.nodes.length >= MOST_NODES) throw new WeightFileError('it has more operations than any network');
        graph.nodes.push(nodeOf(bytesOf(field)));
        break;
      case fields.graph.initializer:
        readConstant(bytesOf(field), graph);
        break;
      case fields.graph.input:
        graph.inputs.push(valueIn(bytesOf(field)));
        break;
      case fields.graph.output:
        graph.outputs.push(valueIn(bytesOf(field)));
        break;
    }
  }
}

/** Operations of a graph's or function's nodes, and of the graphs in their attributes. @param field of the nodes */
function addOperations(bytes: Uint8Array, field: number, into: Set<string>, depth: number): void {
  if (depth > MOST_DEPTH) throw new WeightFileError('its branches are nested deeper than any network’s');
  for (const node of readFields(bytes)) {
    if (node.number !== field) continue;
    for (const part of readFields(bytesOf(node))) {
      if (part.number === fields.node.operation) into.add(textOf(part));
      else if (part.number === fields.node.attribute) {
        for (const value of readFields(bytesOf(part))) {
          const isGraph = value.number === fields.attribute.graph || value.number === fields.attribute.graphs;
          if (isGraph) addOperations(bytesOf(value), fields.graph.node, into, depth + 1);
        }
      }
    }
  }
}

function nodeOf(bytes: Uint8Array): OnnxNode {
  const node: OnnxNode = { operation: '', inputs: [], outputs: [] };
  for (const field of readFields(bytes)) {
    if (field.number === fields.node.input) node.inputs.push(textOf(field));
    else if (field.number === fields.node.output) node.outputs.push(textOf(field));
    else if (field.number === fields.node.operation) node.operation = textOf(field);
  }
  return node;
}

/** TensorProto: name 8, external data 13, where the data lies 14. */
function readConstant(bytes: Uint8Array, graph: ReturnType<typeof emptyGraph>): void {
  let [name, external] = ['', false];
  const places: string[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 8) name = textOf(field);
    else if (field.number === 14 && field.kind === 'integer') external = field.value === EXTERNAL;
    else if (field.number === 13) {
      const [key, value] = pair(bytesOf(field));
      if (key === 'location') places.push(value);
    }
  }
  graph.constants.add(name);
  if (external) for (const place of places) graph.externalFiles.add(place);
}

/** ValueInfoProto: name 1, type 2 { tensor 1 { type 1, shape 2 { dim 1 { value 1 } } } }. */
function valueIn(bytes: Uint8Array): OnnxValue {
  const value: OnnxValue = { name: '', type: 0, shape: [] };
  for (const field of readFields(bytes)) {
    if (field.number === 1) value.name = textOf(field);
    else if (field.number === 2) {
      for (const kind of readFields(bytesOf(field))) {
        if (kind.number !== 1) continue;
        for (const part of readFields(bytesOf(kind))) {
          if (part.number === 1 && part.kind === 'integer') value.type = part.value;
          else if (part.number === 2)
            value.shape = [...readFields(bytesOf(part))].map((axis) => lengthOf(bytesOf(axis)));
        }
      }
    }
  }
  return value;
}

function lengthOf(axis: Uint8Array): number | null {
  for (const field of readFields(axis)) {
    if (field.number === 1 && field.kind === 'integer') return field.value > 0 ? field.value : null;
  }
  return null;
}

/** A message of two texts: key 1, value 2. */
function pair(bytes: Uint8Array): [key: string, value: string] {
  const found: [string, string] = ['', ''];
  for (const field of readFields(bytes)) {
    if (field.number === 1) found[0] = textOf(field);
    else if (field.number === 2) found[1] = textOf(field);
  }
  return found;
}

function bytesOf(field: Field): Uint8Array {
  if (field.kind !== 'bytes') throw new WeightFileError('its ONNX structure is damaged');
  return field.bytes;
}

function textOf(field: Field): string {
  return Buffer.from(bytesOf(field)).toString('utf8');
}
