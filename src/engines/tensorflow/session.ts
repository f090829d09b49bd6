import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TensorFlowBinding } from './binding.ts';
import { type Graph, placeholderWithDefault } from './graph/graph.ts';
import { encodeSavedModel, savedModelTag, tensorName } from './graph/saved-model.ts';
import { dataType, type Signature, type Tensor } from './graph/types.ts';

export type Values = Uint8Array | Int32Array | Float32Array;

export interface Feed {
  shape: readonly number[];
  data: Values;
}

export function scalarFeed(value: number): Feed {
  return { shape: [], data: Float32Array.of(value) };
}

interface EntryInput {
  name: string;
  type: number;
  /** Has a default and may be left out. */
  optional: boolean;
}

interface Entry {
  inputs: [string, EntryInput][];
  outputs: [string, string][];
  outputNames: string;
}

/** A graph loaded into TensorFlow, whose signatures can be run. Its variables live as long as it does. */
export class Session {
  readonly #binding: TensorFlowBinding;
  readonly #entries: Map<string, Entry>;
  #id: number | null;

  constructor(binding: TensorFlowBinding, graph: Graph) {
    this.#binding = binding;
    this.#entries = new Map(Object.entries(graph.signatures).map(([name, one]) => [name, entryOf(one)]));
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-graph-'));
    try {
      fs.writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph.nodes(), graph.signatures));
      this.#id = binding.loadSavedModel(folder, savedModelTag);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Runs one signature; `feeds` must have every input of it that has no default. Blocks until TensorFlow is done.
   * @throws Error with TensorFlow's message.
   */
  run(signature: string, feeds: Readonly<Record<string, Feed>>): Record<string, Values> {
    const entry = this.#entries.get(signature);
    if (!entry || this.#id === null) throw new Error(`The session has no signature ${signature} or is closed.`);
    const inputs: number[] = [];
    const names: string[] = [];
    try {
      for (const [key, input] of entry.inputs) {
        const feed = feeds[key];
        if (!feed && input.optional) continue;
        if (!feed) throw new Error(`The signature ${signature} needs ${key}.`);
        inputs.push(this.#binding.createTensor(feed.shape, input.type, feed.data));
        names.push(input.name);
      }
      const outputs = this.#binding.runSavedModel(this.#id, inputs, names.join(','), entry.outputNames);
      return this.#collect(entry, outputs);
    } finally {
      for (const id of inputs) this.#binding.deleteTensor(id);
    }
  }

  close(): void {
    if (this.#id !== null) this.#binding.deleteSavedModel(this.#id);
    this.#id = null;
  }

  #collect(entry: Entry, outputs: readonly { id: number }[]): Record<string, Values> {
    const result: Record<string, Values> = {};
    entry.outputs.forEach(([key], i) => {
      const output = outputs[i];
      if (!output) throw new Error(`TensorFlow returned no ${key}.`);
      result[key] = this.#binding.tensorDataSync(output.id);
      this.#binding.deleteTensor(output.id);
    });
    return result;
  }
}

function entryOf(signature: Signature): Entry {
  const inputs = Object.entries(signature.inputs).map(([key, tensor]): Entry['inputs'][number] => {
    const optional = tensor.node.operation === placeholderWithDefault;
    return [key, { name: tensorName(tensor), type: feedType(tensor), optional }];
  });
  const outputs = Object.entries(signature.outputs).map(
    ([key, tensor]) => [key, tensorName(tensor)] as [string, string],
  );
  return { inputs, outputs, outputNames: outputs.map(([, name]) => name).join(',') };
}

function feedType(tensor: Tensor): number {
  if (tensor.type === dataType.bool || tensor.type === dataType.resource) throw new Error('Not a type that is fed.');
  return tensor.type;
}
