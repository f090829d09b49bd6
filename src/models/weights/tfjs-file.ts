import fs from 'node:fs';
import path from 'node:path';
import { FormatError } from '../../interop/format-error.ts';
import { bytesOf, toFloat32 } from './dtypes.ts';
import { legacyName } from './keras-roles.ts';
import { type StoredTensor, valuesIn, type WeightFile, WeightFileError } from './weight-file.ts';

/** A `model.json` is text that describes layers or operations; larger ones are none. */
const MOST_JSON_BYTES = 256 * 2 ** 20;
const MOST_WEIGHT_BYTES = 4 * 2 ** 30;

interface Quantization {
  dtype: 'uint8' | 'uint16' | 'float16';
  scale?: number;
  min?: number;
}

interface Weight {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: Quantization;
  /** `optimizer` for what is no weight of a layer. */
  group?: string;
}

/** A model of TensorFlow.js: its description, and its weights one after the other. */
export interface TfjsModel {
  format: 'tfjs-layers' | 'tfjs-graph';
  json: Record<string, unknown>;
  weights: readonly Weight[];
  /** Bytes of all weights, in their order. @throws FormatError where files are missing or too short */
  readWeights(): Uint8Array<ArrayBuffer>;
}

/** @param file its `model.json`. @throws FormatError; the file system's own error */
export function readTfjs(file: string): TfjsModel {
  if (fs.statSync(file).size > MOST_JSON_BYTES)
    throw new WeightFileError('it is too large for a description of a model');
  const json = parse(fs.readFileSync(file, 'utf8'));
  const { modelTopology: topology, weightsManifest: manifest } = json;
  if (typeof topology !== 'object' || topology === null || !Array.isArray(manifest)) {
    throw new WeightFileError('it is JSON, but no model.json of TensorFlow.js');
  }
  const groups = manifest.map(groupOf);
  return {
    format: json.format === 'graph-model' || 'node' in topology ? 'tfjs-graph' : 'tfjs-layers',
    json,
    weights: groups.flatMap(({ weights }) => weights),
    readWeights: () => readGroups(path.dirname(file), groups),
  };
}

/** The weights of a layers or graph model by name; those of layers are named `<layer>/<role>`, as of Keras' files. @throws FormatError */
export function openTfjs(file: string): WeightFile {
  const { format, weights, readWeights } = readTfjs(file);
  // Files are read when the first values are asked for; they are small beside what they become.
  let bytes: Uint8Array | null = null;
  const tensors = new Map<string, StoredTensor>();
  let start = 0;
  for (const weight of weights) {
    const { name, shape, dtype, quantization } = weight;
    const count = valuesIn(shape, name);
    const length = count * bytesOf(quantization?.dtype ?? dtype);
    const at = start;
    start += length;
    tensors.set(format === 'tfjs-layers' ? legacyName('', name) : name, {
      shape,
      dtype,
      read() {
        bytes ??= readWeights();
        if (at + length > bytes.length) throw new WeightFileError('it is cut off');
        return dequantized(bytes.subarray(at, at + length), weight, count);
      },
    });
  }
  if (tensors.size === 0) throw new WeightFileError('it holds no weights');
  return { format, tensors, close: () => undefined };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new WeightFileError('it is damaged JSON');
}

interface Group {
  paths: string[];
  weights: Weight[];
}

function groupOf(value: unknown): Group {
  const { paths, weights } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(paths) || !Array.isArray(weights) || !paths.every((one) => typeof one === 'string')) {
    throw new WeightFileError('its list of weights is damaged');
  }
  return { paths: paths as string[], weights: weights.map(weightOf) };
}

function weightOf(value: unknown): Weight {
  const { name, shape, dtype, quantization, group } = (value ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || !Array.isArray(shape) || typeof dtype !== 'string') {
    throw new WeightFileError('its list of weights is damaged');
  }
  bytesOf(dtype);
  valuesIn(shape as number[], name);
  return {
    name,
    shape: shape as number[],
    dtype,
    ...(quantization !== undefined && { quantization: packed(quantization) }),
    ...(typeof group === 'string' && { group }),
  };
}

function packed(value: unknown): Quantization {
  const { dtype, scale, min } = (value ?? {}) as Record<string, unknown>;
  if (dtype === 'float16') return { dtype };
  if ((dtype !== 'uint8' && dtype !== 'uint16') || typeof scale !== 'number' || typeof min !== 'number') {
    throw new WeightFileError('its weights are packed in a way that is not known here');
  }
  return { dtype, scale, min };
}

function dequantized(bytes: Uint8Array, { dtype, quantization }: Weight, count: number): Float32Array {
  if (!quantization) return toFloat32(bytes, dtype, count);
  const values = toFloat32(bytes, quantization.dtype, count);
  const { scale, min } = quantization;
  return scale === undefined || min === undefined ? values : values.map((value) => value * scale + min);
}

function readGroups(folder: string, groups: readonly Group[]): Uint8Array<ArrayBuffer> {
  const files = groups.flatMap(({ paths }) => paths).map((name) => beside(folder, name));
  const sizes = files.map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > MOST_WEIGHT_BYTES) throw new WeightFileError('its weights are more than 4 GiB');
  const whole = new Uint8Array(total);
  let at = 0;
  for (const file of files) {
    const bytes = fs.readFileSync(file);
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

/** The names come from the file: they may not lead out of its folder. A browser's download begins them with `./`. */
function beside(folder: string, name: string): string {
  const plain = name
    .replace(/^\.\//, '')
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part));
  if (!plain) throw new WeightFileError(`it names weights outside its folder (${name})`);
  return path.join(folder, name);
}

function sizeOf(file: string): number {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new FormatError(`the file of its weights ${path.basename(file)} is missing beside it`);
  return stat.size;
}
