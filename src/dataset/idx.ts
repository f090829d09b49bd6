import fs from 'node:fs';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Problem } from '../problem.ts';

/** An IDX file in memory. Format: http://yann.lecun.com/exdb/mnist (magic 0, 0, type, number of dimensions; sizes big-endian). */
export interface IdxFile {
  /** Items first, e.g. [60000, 28, 28]. */
  shape: number[];
  data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const TYPE_NAMES: Record<number, string> = { 9: 'int8', 11: 'int16', 12: 'int32', 13: 'float32', 14: 'float64' };
const unzip = promisify(gunzip);

export interface IdxHeader {
  shape: number[];
  headerBytes: number;
}

/**
 * Reads the header from a file's first bytes (already unzipped).
 * @returns null when the bytes are no IDX file. @throws Problem for an element type other than unsigned byte.
 */
export function parseIdxHeader(bytes: Uint8Array, name: string): IdxHeader | null {
  const [zero, alsoZero, type, dimensions] = bytes;
  const isIdx = zero === 0 && alsoZero === 0 && (type === UNSIGNED_BYTE || (type as number) in TYPE_NAMES);
  if (!isIdx || !dimensions || dimensions > 4 || bytes.length < 4 + dimensions * 4) return null;
  if (type !== UNSIGNED_BYTE) {
    throw new Problem(
      'idx-type',
      `${name} holds ${TYPE_NAMES[type as number]} values; images and labels in IDX files must be unsigned bytes.`,
      'Write the file again with element type 0x08 (unsigned byte).',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + i * 4));
  return { shape, headerBytes: 4 + dimensions * 4 };
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Reads the first bytes of a file, unzipped where it is gzip; null where that fails. */
export async function readIdxStart(file: string): Promise<Uint8Array | null> {
  const handle = await fs.promises.open(file, 'r').catch(() => null);
  if (!handle) return null;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const start = buffer.subarray(0, bytesRead);
    if (!isGzip(start)) return start;
    return await unzip(start, { finishFlush: 2 /* Z_SYNC_FLUSH: a part of the stream is enough */ });
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}

/** Reads a whole IDX file, gzip or plain. @throws Problem when it is none, cut off or damaged. */
export async function readIdx(file: string): Promise<IdxFile> {
  const start = await readIdxStart(file);
  const header = start && parseIdxHeader(start, file);
  if (!header)
    throw new Problem('idx-format', `${file} is no IDX file.`, 'Choose the original file of images or labels.');
  const size = header.shape.reduce((product, side) => product * side, 1);
  const expected = header.headerBytes + size;
  if (expected > 2 ** 32) {
    throw new Problem('idx-too-large', `${file} says it holds ${size} values.`, 'Check that the file is not damaged.');
  }
  const bytes = await readUnzipped(file, expected);
  if (bytes.length < expected) throw cutOff(file, bytes.length, expected);
  return { shape: header.shape, data: bytes.subarray(header.headerBytes, expected) };
}

async function readUnzipped(file: string, expected: number): Promise<Uint8Array> {
  const bytes = await fs.promises.readFile(file);
  if (!isGzip(bytes)) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: expected + 65536 });
  } catch (error) {
    throw new Problem(
      'idx-damaged',
      `${file} can't be unzipped: ${(error as Error).message}`,
      'The file is cut off or damaged: fetch it again.',
      { cause: error },
    );
  }
}

function cutOff(file: string, got: number, expected: number): Problem {
  return new Problem(
    'idx-truncated',
    `${file} holds ${got} of the ${expected} bytes that its header promises.`,
    'The file is cut off: fetch it again.',
  );
}
