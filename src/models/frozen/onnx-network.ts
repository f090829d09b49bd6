import fs from 'node:fs';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-web';
import type { Engine, FeatureExtractor } from '../../engines/engine.ts';
import { Problem } from '../../problem.ts';
import { fixedNormalization } from '../../training/normalization.ts';
import { weightFileProblem } from '../weights/open.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { FrozenExtractor } from './extractor.ts';
import type { ExtractorOptions, FrozenInput, FrozenNetwork, FrozenNormalize } from './frozen-network.ts';
import { type OnnxModel, type OnnxValue, parseOnnx, withOutput } from './onnx-file.ts';
import { loadOnnxRuntime } from './onnx-runtime.ts';
import { readPreprocessorFile, type ToldInput } from './preprocessor-file.ts';

/** WebAssembly's memory ends at 4 GiB, and holds the weights twice while they are loaded. */
const MOST_BYTES = 1.9 * 2 ** 30;
/** Characters, and class names. */
const MOST_ABOUT = 200;
const MOST_CLASSES = 100_000;
const types = { float32: 1, uint8: 2 } as const;

/** Any network in ONNX. @throws WeightFileError; the file system's own error */
export function openOnnx(file: string): FrozenNetwork {
  const bytes = readWhole(file);
  const model = parseOnnx(bytes);
  const looping = ['Loop', 'Scan'].find((operation) => model.operations.has(operation));
  if (looping) throw new WeightFileError(`it has the operation ${looping}, whose time has no bound`);
  const input = inputOf(model);
  const outputs = model.outputs.map(({ name, shape }) => ({ name, shape }));
  return {
    format: 'onnx',
    input,
    outputs,
    features: featuresOf(model),
    normalize: guess(model, input),
    told: toldOf(file, model, input),
    about: aboutOf(model),
    classes: classesIn(model.metadata.get('names') ?? ''),
    reasonAgainstTraining: 'it is a graph of operations, without layers',
    createExtractor: (engine, options) => createExtractor({ file, bytes, model, input }, engine, options),
  };
}

function readWhole(file: string): Uint8Array {
  const { size } = fs.statSync(file);
  if (size > MOST_BYTES) throw new WeightFileError('it is larger than WebAssembly’s memory');
  return fs.readFileSync(file);
}

function inputOf({ inputs }: OnnxModel): FrozenInput {
  const [image, ...others] = inputs;
  if (!image || others.length > 0) {
    throw new WeightFileError(`it has ${inputs.length} inputs (${names(inputs)}), not one picture`);
  }
  const { name, type, shape } = image;
  if (type !== types.float32 && type !== types.uint8) {
    throw new WeightFileError(`its input ${name} takes neither float32 nor uint8; export it in float32`);
  }
  if (shape.length !== 4)
    throw new WeightFileError(`its input ${name} has ${shape.length} axes, not the 4 of a picture`);
  const [batch = null, second = null, third = null, fourth = null] = shape;
  const planar = second === 1 || second === 3 || (fourth !== 1 && fourth !== 3);
  const channels = planar ? (second ?? 3) : fourth;
  if (channels !== 1 && channels !== 3)
    throw new WeightFileError(`its input ${name} has ${channels} channels, not 1 or 3`);
  const [height, width] = planar ? [third, fourth] : [second, third];
  const layout = planar ? 'nchw' : 'nhwc';
  return { name, height, width, channels, layout, type: type === types.uint8 ? 'uint8' : 'float32', batch };
}

function names(values: readonly OnnxValue[]): string {
  return values.map(({ name }) => name).join(', ') || 'none';
}

/** How outputs are called that describe a picture. */
const describing = /^(pooler_output|image_embeds?|embeddings?|features?|pooled)$/i;
/** What may stand between a classifier and an output. */
const passing = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'Identity', 'Add', 'Flatten', 'Reshape', 'Squeeze']);

/** An output that is called so; else what goes into the last layer, if it is a linear one; else the first output. */
function featuresOf({ outputs, nodes, constants }: OnnxModel): string {
  const called = outputs.find(({ name }) => describing.test(name));
  const first = called?.name ?? outputs[0]?.name;
  if (first === undefined) throw new WeightFileError('it has no outputs');
  if (called) return first;
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  let value = first;
  for (let steps = 0; steps < passing.size; steps++) {
    const node = makers.get(value);
    const data = node?.inputs.find((input) => !constants.has(input));
    if (!node || data === undefined) return first;
    if (node.operation === 'Gemm' || node.operation === 'MatMul') return node.inputs[0] === data ? data : first;
    if (!passing.has(node.operation)) return first;
    value = data;
  }
  return first;
}

/** Ultralytics' networks see 0…1, CLIP's image encoders have statistics of their own, TensorFlow's layout mostly goes with −1…1. */
function guess({ metadata, outputs }: OnnxModel, { layout, type }: FrozenInput): FrozenNormalize {
  if (type === 'uint8') return 'zero-255';
  if (isUltralytics(metadata)) return 'zero-one';
  if (outputs.some(({ name }) => /^image_embeds?$/.test(name))) return 'clip';
  return layout === 'nhwc' ? 'minus-one-one' : 'imagenet';
}

/** Ultralytics writes into the file what others write beside it. */
function toldOf(file: string, { metadata }: OnnxModel, { channels }: FrozenInput): ToldInput | null {
  if (!isUltralytics(metadata)) return readPreprocessorFile(file, channels);
  const [side, other] = (metadata.get('imgsz') ?? '').match(/\d+/g)?.map(Number) ?? [];
  const isSquare = side !== undefined && (other === undefined || other === side);
  return { by: 'its metadata', normalization: fixedNormalization('zero-one', channels), side: isSquare ? side : null };
}

function isUltralytics(metadata: OnnxModel['metadata']): boolean {
  return /ultralytics/i.test(metadata.get('author') ?? '');
}

/** By its own description, else by the names that exporters give the outputs of one kind. */
function aboutOf({ metadata, outputs }: OnnxModel): string | null {
  const description = metadata.get('description')?.trim();
  if (description) return description.slice(0, MOST_ABOUT);
  const has = (pattern: RegExp) => outputs.some(({ name }) => pattern.test(name));
  if (has(/^image_embeds?$/)) return 'CLIP’s image encoder';
  return has(/^last_hidden_state$/) ? 'a transformer as Hugging Face exports them' : null;
}

/** Of a dictionary as Python prints it: `{0: 'cat', 1: "dog's"}`. */
export function classesIn(text: string): string[] | null {
  const names = [...text.matchAll(/(\d+):\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)];
  if (names.length === 0 || names.length > MOST_CLASSES || names.some(([, number], i) => Number(number) !== i))
    return null;
  return names.map(([, , single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1'));
}

interface Opened {
  file: string;
  bytes: Uint8Array;
  model: OnnxModel;
  input: FrozenInput;
}

async function createExtractor(
  { file, bytes, model, input }: Opened,
  engine: Engine,
  options: ExtractorOptions,
): Promise<FeatureExtractor> {
  const { output } = options;
  const isOutput = model.outputs.some(({ name }) => name === output);
  if (!isOutput && !model.nodes.some(({ outputs }) => outputs.includes(output))) {
    throw new Problem(
      'unknown-output',
      `${file} has no value called ${output}.`,
      `Its outputs are ${names(model.outputs)}; values inside can be named too, as Netron shows them.`,
    );
  }
  const runtime = await loadOnnxRuntime(engine.info.threads);
  try {
    const session = await runtime.InferenceSession.create(isOutput ? bytes : withOutput(bytes, output), {
      logSeverityLevel: 4,
      externalData: externalData(file, model),
    });
    return await FrozenExtractor.create(
      async (values, shape) => {
        const tensor =
          values instanceof Uint8Array
            ? new runtime.Tensor('uint8', values, shape)
            : new runtime.Tensor('float32', values, shape);
        const found = (await session.run({ [input.name]: tensor }, [output]))[output];
        if (!(found?.data instanceof Float32Array)) throw new WeightFileError(`its value ${output} is not of float32`);
        return { shape: found.dims, values: found.data };
      },
      input,
      options,
      () => void session.release(),
    );
  } catch (error) {
    throw weightFileProblem(file, error instanceof Problem ? error : refusal(error));
  }
}

function externalData(
  file: string,
  { externalFiles }: OnnxModel,
): NonNullable<InferenceSession.SessionOptions['externalData']> {
  return [...externalFiles].map((name) => {
    if (path.basename(name) !== name || name === '..')
      throw new WeightFileError(`it names weights outside its folder (${name})`);
    const beside = path.join(path.dirname(file), name);
    if (!fs.existsSync(beside)) throw new WeightFileError(`the file of its weights ${name} is missing beside it`);
    return { path: name, data: readWhole(beside) };
  });
}

/** ONNX Runtime's errors are many lines; the first says what is wrong. */
function refusal(error: unknown): WeightFileError {
  if (error instanceof WeightFileError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [line = ''] = message.split('\n');
  return new WeightFileError(`ONNX Runtime says: ${line.slice(0, 300).replace(/\.$/, '')}`, { cause: error });
}
