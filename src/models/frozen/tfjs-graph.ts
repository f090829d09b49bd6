import type { GraphModel } from '@tensorflow/tfjs-converter';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Engine, FeatureExtractor } from '../../engines/engine.ts';
import { Problem } from '../../problem.ts';
import { weightFileProblem } from '../weights/open.ts';
import type { TfjsModel } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { FrozenExtractor } from './extractor.ts';
import type { ExtractorOptions, FrozenInput, FrozenNetwork } from './frozen-network.ts';
import { provideFastBackend } from './tfjs-backend.ts';

interface GraphNode {
  name: string;
  op: string;
  input: string[];
  /** Of a placeholder. */
  shape?: (number | null)[];
  /** A placeholder that takes whole numbers. */
  whole?: boolean;
}

const MOST_NODES = 200_000;
/** Operations that a graph may go on in for ever, or that run what is not in it. */
const refused = /^(While|StatelessWhile|Enter|NextIteration|LoopCond|PyFunc)/;

/** A graph model of TensorFlow.js. @throws WeightFileError */
export function openTfjsGraph(file: string, model: TfjsModel): FrozenNetwork {
  const nodes = nodesOf(model);
  const loop = nodes.find(({ op }) => refused.test(op));
  if (loop) throw new WeightFileError(`it has the operation ${loop.op}, whose time has no bound`);
  const outputs = outputsOf(model, nodes);
  const input = inputOf(nodes);
  return {
    format: 'tfjs-graph',
    input,
    outputs: outputs.map((name) => ({ name, shape: [] })),
    features: featuresOf(outputs[0] as string, nodes),
    // As TensorFlow Hub's networks want it.
    normalize: input.type === 'uint8' ? 'zero-255' : 'zero-one',
    told: null,
    about: null,
    classes: null,
    reasonAgainstTraining: 'it is a graph of operations, without layers',
    createExtractor: (engine, options) => createExtractor({ file, model, nodes, input }, engine, options),
  };
}

function nodesOf({ json }: TfjsModel): GraphNode[] {
  const { node } = json.modelTopology as { node?: unknown };
  if (!Array.isArray(node) || node.length === 0 || node.length > MOST_NODES)
    throw new WeightFileError('it has no operations');
  return node.map((one: unknown) => {
    const { name, op, input = [] } = (one ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof op !== 'string' || !Array.isArray(input)) {
      throw new WeightFileError('its list of operations is damaged');
    }
    return { name, op, input: input.map((value) => String(value).replace(/^\^/, '')), ...placeholderIn(one) };
  });
}

/** Shape and type of a placeholder, as far as they are there. */
function placeholderIn(node: unknown): { shape?: (number | null)[]; whole?: boolean } {
  const attr = (node as { attr?: { shape?: { shape?: { dim?: unknown } }; dtype?: { type?: unknown } } }).attr;
  const whole = /^(DT_INT32|DT_UINT8|3|4)$/.test(String(attr?.dtype?.type ?? ''));
  const dim = attr?.shape?.shape?.dim;
  if (!Array.isArray(dim)) return { whole };
  const shape = dim.map((axis: unknown) => Number((axis as { size?: unknown } | null)?.size ?? -1));
  return { whole, shape: shape.map((length) => (length > 0 ? length : null)) };
}

function inputOf(nodes: readonly GraphNode[]): FrozenInput {
  const placeholders = nodes.filter(({ op }) => op === 'Placeholder');
  const [image] = placeholders;
  if (!image || placeholders.length > 1) {
    throw new WeightFileError(`it has ${placeholders.length} inputs, not one picture`);
  }
  const [batch = null, height = null, width = null, channels = 3] = image.shape ?? [];
  if (image.shape && image.shape.length !== 4) throw new WeightFileError('its input is no picture');
  if (channels !== null && channels !== 1 && channels !== 3) {
    throw new WeightFileError(`its input has ${channels} channels, not 1 or 3`);
  }
  return {
    name: image.name,
    height,
    width,
    channels: channels ?? 3,
    layout: 'nhwc',
    type: image.whole ? 'uint8' : 'float32',
    batch,
  };
}

function outputsOf({ json }: TfjsModel, nodes: readonly GraphNode[]): string[] {
  const named = (json.userDefinedMetadata as { signature?: { outputs?: unknown } } | undefined)?.signature?.outputs;
  const signature = (json.signature as { outputs?: unknown } | undefined)?.outputs ?? named;
  const found = Object.values((signature ?? {}) as Record<string, { name?: unknown }>).map(({ name }) =>
    String(name ?? ''),
  );
  if (found.length > 0 && found.every((name) => name !== '')) return found;
  const read = new Set(nodes.flatMap(({ input }) => input.map(plain)));
  const last = nodes
    .filter(({ name, op }) => !read.has(name) && op !== 'Const' && op !== 'Placeholder')
    .map(({ name }) => name);
  if (last.length === 0) throw new WeightFileError('it has no outputs');
  return last;
}

const passing = new Set(['Softmax', 'Sigmoid', 'Identity', 'BiasAdd', 'Add', 'AddV2', 'Reshape', 'Squeeze']);

/** What goes into the last layer, if it is a linear one; else the output. */
function featuresOf(output: string, nodes: readonly GraphNode[]): string {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  let name = plain(output);
  for (let steps = 0; steps < passing.size; steps++) {
    const node = byName.get(name);
    const data = node?.input.map(plain).find((input) => byName.get(input)?.op !== 'Const');
    if (!node || data === undefined) return output;
    if (node.op === 'MatMul' || node.op === '_FusedMatMul')
      return plain(node.input[0] as string) === data ? data : output;
    if (!passing.has(node.op)) return output;
    name = data;
  }
  return output;
}

/** Without the number of an operation's output. */
function plain(name: string): string {
  return name.replace(/:\d+$/, '');
}

interface Opened {
  file: string;
  model: TfjsModel;
  nodes: readonly GraphNode[];
  input: FrozenInput;
}

async function createExtractor(
  { file, model, nodes, input }: Opened,
  engine: Engine,
  options: ExtractorOptions,
): Promise<FeatureExtractor> {
  const { output } = options;
  if (!nodes.some(({ name }) => name === plain(output))) {
    throw new Problem('unknown-output', `${file} has no operation called ${output}.`, 'Name one of its operations.');
  }
  const stop = await provideFastBackend(engine);
  let graph: GraphModel | null = null;
  const close = () => {
    graph?.dispose();
    void stop();
  };
  try {
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    const { json } = model;
    graph = await loadGraphModel({
      load: async () => ({
        modelTopology: json.modelTopology as object,
        weightSpecs: model.weights as Parameters<typeof JSON.stringify>[0],
        weightData: model.readWeights().buffer,
        ...(typeof json.signature === 'object' && json.signature !== null && { signature: json.signature }),
      }),
    });
    const loaded = graph;
    return await FrozenExtractor.create(
      async (values, shape) => {
        const image = tensor(values, [...shape], values instanceof Uint8Array ? 'int32' : 'float32');
        try {
          const found = loaded.execute({ [input.name]: image }, output) as Tensor;
          const data = (await found.data()).slice() as Float32Array;
          const result = { shape: found.shape, values: data };
          if (found.id !== image.id) found.dispose();
          return result;
        } finally {
          image.dispose();
        }
      },
      input,
      options,
      close,
    );
  } catch (error) {
    close();
    const cause = error instanceof Error ? error : new Error(String(error));
    const [line = ''] = cause.message.split('\n');
    throw weightFileProblem(
      file,
      error instanceof WeightFileError
        ? error
        : new WeightFileError(`TensorFlow.js says: ${line.slice(0, 300).replace(/\.$/, '')}`, { cause }),
    );
  }
}
