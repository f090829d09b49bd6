import fs from 'node:fs';
import path from 'node:path';
import type { NamedArray } from '../engines/engine.ts';

export interface TensorFile {
  tensors: NamedArray[];
  metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
/** The format's own limit (100 MB). */
const MOST_HEADER_BYTES = 100_000_000;

/**
 * Writes float32 arrays and string metadata in the safetensors format (https://huggingface.co/docs/safetensors), so that a
 * reader sees the old file or the whole new one, also after a power cut: temporary name, fsync, rename, fsync of the folder.
 * @throws the file system's own error (ENOSPC, EACCES, …) with the temporary file removed.
 */
export function writeTensorFile(file: string, { tensors, metadata }: TensorFile): void {
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    const handle = fs.openSync(temporary, 'w');
    try {
      writeAll(handle, header(tensors, metadata));
      for (const { data } of tensors) writeAll(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
    syncFolder(path.dirname(file));
  } catch (error) {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // The first error says what is wrong.
    }
    throw error;
  }
}

/** @throws Error that says what is wrong when the file is cut off or not in the format; the file system's own error. */
export function readTensorFile(file: string): TensorFile {
  const handle = fs.openSync(file, 'r');
  try {
    const size = fs.fstatSync(handle).size;
    const headerLength = size < LENGTH_BYTES ? Number.NaN : Number(readAt(handle, 0, LENGTH_BYTES).readBigUInt64LE());
    if (!(headerLength <= Math.min(MOST_HEADER_BYTES, size - LENGTH_BYTES))) throw new Error('its header is cut off');
    const { __metadata__: metadata = {}, ...entries } = JSON.parse(
      readAt(handle, LENGTH_BYTES, headerLength).toString(),
    ) as { __metadata__?: Record<string, string> } & Record<string, TensorEntry>;
    const start = LENGTH_BYTES + headerLength;
    const tensors = Object.entries(entries).map(([name, entry]) => {
      const [from, to] = checkedOffsets(name, entry, size - start);
      const data = new Float32Array((to - from) / 4);
      readInto(handle, new Uint8Array(data.buffer), start + from);
      return { name, shape: entry.shape, data };
    });
    return { tensors, metadata };
  } finally {
    fs.closeSync(handle);
  }
}

interface TensorEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function header(tensors: NamedArray[], metadata: Record<string, string>): Buffer {
  let offset = 0;
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  for (const { name, shape, data } of tensors) {
    const end = offset + data.byteLength;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [offset, end] } satisfies TensorEntry]);
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  // Padded with spaces so that the data is aligned to 8 bytes.
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}

function checkedOffsets(name: string, entry: TensorEntry, available: number): [number, number] {
  if (entry.dtype !== 'F32') throw new Error(`${name} is ${entry.dtype}, not F32`);
  const [from, to] = entry.data_offsets;
  const values = entry.shape.reduce((product, length) => product * length, 1);
  if (to - from !== values * 4) throw new Error(`${name} has ${to - from} bytes for ${values} values`);
  if (from < 0 || to > available) throw new Error(`it ends before ${name}`);
  return [from, to];
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(handle, bytes, done);
}

function readAt(handle: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  readInto(handle, buffer, position);
  return buffer;
}

function readInto(handle: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const read = fs.readSync(handle, bytes, done, bytes.length - done, position + done);
    if (read === 0) throw new Error('it is cut off');
    done += read;
  }
}

/** A rename survives a power cut once its folder is on the disk; Windows can't open folders and needs nothing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
