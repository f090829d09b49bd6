import fs from 'node:fs';
import { bytesOf, toFloat32 } from './dtypes.ts';
import { type StoredTensor, valuesIn, type WeightFile, WeightFileError } from './weight-file.ts';

const LENGTH_BYTES = 8;
/** The format's own limit (100 MB). */
const MOST_HEADER_BYTES = 100_000_000;

const dtypeNames: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
};

/** https://huggingface.co/docs/safetensors. @throws WeightFileError; the file system's own error */
export function openSafetensors(file: string): WeightFile {
  const handle = fs.openSync(file, 'r');
  try {
    const { tensors } = tensorsIn(handle);
    if (tensors.size === 0) throw new WeightFileError('it holds no tensors');
    return { format: 'safetensors', tensors, close: () => fs.closeSync(handle) };
  } catch (error) {
    fs.closeSync(handle);
    throw error;
  }
}

/** What an open file holds, in its order. @throws WeightFileError; the file system's own error */
export function tensorsIn(handle: number): { tensors: Map<string, StoredTensor>; metadata: Record<string, string> } {
  const size = fs.fstatSync(handle).size;
  const start = LENGTH_BYTES + headerLength(handle, size);
  const header = parseHeader(readAt(handle, LENGTH_BYTES, start - LENGTH_BYTES).toString('utf8'));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map(
    Object.entries(entries).map(([name, entry]) => [name, stored(name, entry, { handle, start, size })]),
  );
  return { tensors, metadata: metadata as Record<string, string> };
}

/** True where a file of `size` bytes that begins with `start` can be one. */
export function looksLikeSafetensors(start: Buffer, size: number): boolean {
  if (start.length < LENGTH_BYTES + 1 || start[LENGTH_BYTES] !== 0x7b) return false;
  const length = start.readBigUInt64LE();
  return length <= BigInt(MOST_HEADER_BYTES) && length <= BigInt(size);
}

function headerLength(handle: number, size: number): number {
  const length = size < LENGTH_BYTES ? Number.NaN : Number(readAt(handle, 0, LENGTH_BYTES).readBigUInt64LE());
  if (!(length <= Math.min(MOST_HEADER_BYTES, size - LENGTH_BYTES))) throw new WeightFileError('its header is cut off');
  return length;
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new WeightFileError('its header is damaged');
}

interface Source {
  handle: number;
  start: number;
  size: number;
}

function stored(name: string, entry: unknown, { handle, start, size }: Source): StoredTensor {
  const { dtype: given, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const dtype = dtypeNames[String(given)];
  if (!dtype) throw new WeightFileError(`${name} has values of the type ${String(given)}`);
  if (!Array.isArray(shape) || !Array.isArray(offsets)) throw new WeightFileError('its header is damaged');
  const count = valuesIn(shape as number[], name);
  const [from, to] = offsets as [number, number];
  const bytes = count * bytesOf(dtype);
  if (!(from >= 0 && to - from === bytes && start + to <= size)) throw new WeightFileError(`${name} is cut off`);
  return { shape: shape as number[], dtype, read: () => toFloat32(readAt(handle, start + from, bytes), dtype, count) };
}

function readAt(handle: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const read = fs.readSync(handle, buffer, done, length - done, position + done);
    if (read === 0) throw new WeightFileError('it is cut off');
    done += read;
  }
  return buffer;
}
