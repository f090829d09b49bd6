import fs from 'node:fs';
import { promisify } from 'node:util';
import { createGunzip, type Gunzip, gunzip } from 'node:zlib';
import { Problem } from '../problem.ts';

/** An IDX file in memory. Format: http://yann.lecun.com/exdb/mnist (magic 0, 0, type, number of dimensions; sizes big-endian). */
export interface IdxFile {
  /** Items first, e.g. [60000, 28, 28]. */
  shape: number[];
  data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const TYPE_NAMES: Record<number, string> = { 9: 'int8', 11: 'int16', 12: 'int32', 13: 'float32', 14: 'float64' };
const PIECE_BYTES = 2 ** 20;
const MOST_BEYOND = 2 ** 16;
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

function isGzip(bytes: Uint8Array): boolean {
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
  const { shape, pieces } = await openIdx(file);
  const data = new Uint8Array(shape.reduce((product, side) => product * side, 1));
  let at = 0;
  for await (const piece of pieces()) {
    data.set(piece, at);
    at += piece.length;
  }
  return { shape, data };
}

/** An IDX file that is read from its beginning to its end, with no more in memory than is looked at. */
export interface IdxStream {
  shape: number[];
  /** The values, in pieces of any length. @throws Problem when the file is cut off or damaged */
  pieces(): AsyncGenerator<Uint8Array>;
  /** The values of one item after the other. The bytes are only good until the next is asked for. @throws Problem as `pieces` */
  items(): AsyncGenerator<Uint8Array>;
}

/** @throws Problem when the file is no IDX file or says that it holds more than any does */
export async function openIdx(file: string): Promise<IdxStream> {
  const start = await readIdxStart(file);
  const header = start && parseIdxHeader(start, file);
  if (!header)
    throw new Problem('idx-format', `${file} is no IDX file.`, 'Choose the original file of images or labels.');
  const { shape, headerBytes } = header;
  const size = shape.reduce((product, side) => product * side, 1);
  if (headerBytes + size > 2 ** 32) {
    throw new Problem('idx-too-large', `${file} says it holds ${size} values.`, 'Check that the file is not damaged.');
  }
  const pieces = () => readValues(file, headerBytes, headerBytes + size);
  return { shape, pieces, items: () => cutInto(size / Math.max(1, shape[0] ?? 1), pieces()) };
}

/** The unzipped bytes `from` … `to` of a file. */
async function* readValues(file: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const bytes of unzipped(file)) {
    const piece = bytes.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += bytes.length;
    if (piece.length > 0) yield piece;
    // The rest is read to its end, where a zip says whether it is whole; but a file may go on and on.
    if (at > to + MOST_BEYOND) break;
  }
  if (at < to) throw cutOff(file, at, to);
}

async function* unzipped(file: string): AsyncGenerator<Uint8Array> {
  const source = fs.createReadStream(file, { highWaterMark: PIECE_BYTES });
  let unzip: Gunzip | null = null;
  try {
    const handle = await fs.promises.open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close());
    if (!isGzip(buffer.subarray(0, bytesRead))) {
      for await (const bytes of source) yield bytes as Buffer;
      return;
    }
    unzip = createGunzip({ chunkSize: PIECE_BYTES });
    source.once('error', (error) => unzip?.destroy(error));
    for await (const bytes of source.pipe(unzip)) yield bytes as Buffer;
  } catch (error) {
    if (!unzip) throw error;
    throw new Problem(
      'idx-damaged',
      `${file} can't be unzipped: ${(error as Error).message}`,
      'The file is cut off or damaged: fetch it again.',
      { cause: error },
    );
  } finally {
    source.destroy();
    unzip?.destroy();
  }
}

async function* cutInto(size: number, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const item = new Uint8Array(size);
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + size - filled);
      item.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < size) continue;
      yield item;
      filled = 0;
    }
  }
}

function cutOff(file: string, got: number, expected: number): Problem {
  return new Problem(
    'idx-truncated',
    `${file} holds ${got} of the ${expected} bytes that its header promises.`,
    'The file is cut off: fetch it again.',
  );
}
