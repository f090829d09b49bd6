import fs from 'node:fs';
import path from 'node:path';
import { readFields } from '../../interop/protobuf.ts';
import { WeightFileError } from '../weights/weight-file.ts';

export interface SavedTensor {
  /** What the signature calls it. */
  key: string;
  /** `operation:index` */
  name: string;
  /** TensorFlow's number of the type: 1 float32, 4 uint8 … */
  type: number;
  shape: (number | null)[];
}

export interface SavedModelFile {
  inputs: SavedTensor[];
  outputs: SavedTensor[];
}

export const savedModelFile = 'saved_model.pb';
const SERVE = 'serve';
const SIGNATURE = 'serving_default';
const MOST_BYTES = 2 ** 31 - 1;

/** Operations that read or write files, reach a network or run code: TensorFlow would do them. */
const refused =
  /^(PyFunc|PyFuncStateless|EagerPyFunc|ReadFile|WriteFile|MatchingFiles|LoadLibrary|.*Reader(V2)?|.*RecordDataset(V2)?|TextLineDataset|FixedLengthRecordDataset(V2)?|.*SnapshotDataset(V2)?|.*Summary.*(Writer|File).*|PrintV2|Print|Debug.*|.*Rpc.*|.*Server.*|CollectiveInit.*|While|StatelessWhile|Enter|LoopCond|NextIteration)$/;

/**
 * The signature of a SavedModel folder, without running it. Field numbers: saved_model.proto, meta_graph.proto, graph.proto.
 * @throws WeightFileError, also for a graph that would touch files or run code
 */
export function readSavedModel(folder: string): SavedModelFile {
  const file = path.join(folder, savedModelFile);
  if (fs.statSync(file).size > MOST_BYTES) throw new WeightFileError('its graph is larger than any network’s');
  try {
    return parse(fs.readFileSync(file));
  } catch (error) {
    if (error instanceof WeightFileError) throw error;
    throw new WeightFileError('its saved_model.pb is damaged or cut off', { cause: error });
  }
}

function parse(bytes: Uint8Array): SavedModelFile {
  for (const graph of parts(bytes, 2)) {
    const tags = parts(graph, 1).flatMap((info) => parts(info, 4).map(text));
    if (!tags.includes(SERVE)) continue;
    for (const definition of parts(graph, 2)) assertHarmless(definition);
    for (const entry of parts(graph, 5)) {
      if (text(parts(entry, 1)[0] ?? new Uint8Array()) !== SIGNATURE) continue;
      const signature = parts(entry, 2)[0] ?? new Uint8Array();
      return { inputs: parts(signature, 1).map(tensorOf), outputs: parts(signature, 2).map(tensorOf) };
    }
    throw new WeightFileError(`it has no signature ${SIGNATURE}`);
  }
  throw new WeightFileError('it has no graph to be served');
}

/** GraphDef: nodes 1 { operation 2 }, library 2 { functions 1 { nodes 3 } }. */
function assertHarmless(graph: Uint8Array): void {
  const functions = parts(graph, 2).flatMap((library) => parts(library, 1));
  for (const node of [...parts(graph, 1), ...functions.flatMap((one) => parts(one, 3))]) {
    const operation = text(parts(node, 2)[0] ?? new Uint8Array());
    if (refused.test(operation)) {
      throw new WeightFileError(`its graph has the operation ${operation}, which describing images does not need`);
    }
  }
}

/** A map's entry: key 1, TensorInfo 2 { name 1, type 2, shape 3 { axis 2 { size 1 } } }. */
function tensorOf(entry: Uint8Array): SavedTensor {
  const info = parts(entry, 2)[0] ?? new Uint8Array();
  const shape = parts(info, 3)[0];
  const integer = (message: Uint8Array, number: number) => {
    for (const field of readFields(message))
      if (field.number === number && field.kind === 'integer') return field.value;
    return 0;
  };
  return {
    key: text(parts(entry, 1)[0] ?? new Uint8Array()),
    name: text(parts(info, 1)[0] ?? new Uint8Array()),
    type: integer(info, 2),
    shape: shape ? parts(shape, 2).map((axis) => (integer(axis, 1) > 0 ? integer(axis, 1) : null)) : [],
  };
}

function parts(message: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of readFields(message))
    if (field.number === number && field.kind === 'bytes') found.push(field.bytes);
  return found;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
