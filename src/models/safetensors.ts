import fs from 'node:fs';
import path from 'node:path';
import type { NamedArray } from '../engines/engine.ts';
import { tensorsIn } from './weights/safetensors-file.ts';
import { WeightFileError } from './weights/weight-file.ts';

export interface TensorFile {
  tensors: NamedArray[];
  metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;

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

/** @throws WeightFileError that says what is wrong when the file is cut off or not one of these; the file system's own error. */
export function readTensorFile(file: string): TensorFile {
  const handle = fs.openSync(file, 'r');
  try {
    const { tensors, metadata } = tensorsIn(handle);
    return {
      tensors: [...tensors].map(([name, { shape, dtype, read }]) => {
        if (dtype !== 'float32') throw new WeightFileError(`${name} is ${dtype}, not float32`);
        return { name, shape: [...shape], data: read() };
      }),
      metadata,
    };
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

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(handle, bytes, done);
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
