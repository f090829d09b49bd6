import { inflateSync } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../format-error.ts';
import { Cursor, damaged, type FieldSizes } from './cursor.ts';
import { treeEntries } from './tree.ts';

interface Filter {
  id: number;
  values: number[];
}

const filterIds = { deflate: 1, shuffle: 2, fletcher32: 3 } as const;
const FLETCHER_BYTES = 4;
/** Deflate packs no more than this into one byte: a claim of more is a bomb. */
const MOST_RATIO = 1032;

/** Where a data set's values lie. */
export type Layout =
  | { kind: 'compact'; bytes: Buffer }
  | { kind: 'contiguous'; address: number; length: number }
  | { kind: 'chunked'; chunk: number[]; index: ChunkIndex };

type ChunkIndex =
  | { kind: 'tree'; address: number }
  | { kind: 'single'; address: number; packed: number | null; mask: number }
  | { kind: 'implicit'; address: number }
  | { kind: 'array'; address: number };

/** @throws FormatError */
export function readLayout(cursor: Cursor): Layout {
  const version = cursor.unsigned(1);
  if (version === 1 || version === 2) return readOldLayout(cursor);
  if (version !== 3 && version !== 4) throw new FormatError('its data lies in a way that is not known here');
  const kind = cursor.unsigned(1);
  if (kind === 0) return { kind: 'compact', bytes: cursor.take(cursor.unsigned(2)) };
  if (kind === 1) return { kind: 'contiguous', address: cursor.address(), length: cursor.length() };
  if (kind !== 2) throw new FormatError('its data lies in a way that is not known here');
  return version === 3 ? readTreeLayout(cursor) : readChunkLayout(cursor);
}

function readOldLayout(cursor: Cursor): Layout {
  const rank = cursor.unsigned(1);
  const kind = cursor.unsigned(1);
  cursor.skip(5);
  const address = kind === 0 ? 0 : cursor.address();
  const sizes = Array.from({ length: Math.min(rank, 33) }, () => cursor.unsigned(4));
  if (kind === 0) return { kind: 'compact', bytes: cursor.take(cursor.unsigned(4)) };
  if (kind === 1) return { kind: 'contiguous', address, length: Number.POSITIVE_INFINITY };
  return { kind: 'chunked', chunk: sizes.slice(0, -1), index: { kind: 'tree', address } };
}

function readTreeLayout(cursor: Cursor): Layout {
  const rank = cursor.unsigned(1);
  const address = cursor.address();
  const chunk = Array.from({ length: Math.min(rank, 33) - 1 }, () => cursor.unsigned(4));
  return { kind: 'chunked', chunk, index: { kind: 'tree', address } };
}

const FILTERED_SINGLE = 2;

function readChunkLayout(cursor: Cursor): Layout {
  const flags = cursor.unsigned(1);
  const rank = cursor.unsigned(1);
  const bytes = cursor.unsigned(1);
  // The last axis is the size of one value.
  const chunk = Array.from({ length: Math.min(rank, 33) }, () => cursor.unsigned(bytes)).slice(0, -1);
  const kind = cursor.unsigned(1);
  const chunked = (index: ChunkIndex): Layout => ({ kind: 'chunked', chunk, index });
  switch (kind) {
    case 1: {
      const filtered = (flags & FILTERED_SINGLE) !== 0;
      const packed = filtered ? cursor.length() : null;
      const mask = filtered ? cursor.unsigned(4) : 0;
      return chunked({ kind: 'single', address: cursor.address(), packed, mask });
    }
    case 2:
      return chunked({ kind: 'implicit', address: cursor.address() });
    case 3:
      cursor.skip(1);
      return chunked({ kind: 'array', address: cursor.address() });
    default:
      throw new FormatError('its data grows along an axis, which weights never do');
  }
}

/** @throws FormatError */
export function readFilters(cursor: Cursor): Filter[] {
  const version = cursor.unsigned(1);
  const count = cursor.unsigned(1);
  if (version === 1) cursor.skip(6);
  return Array.from({ length: count }, () => {
    const id = cursor.unsigned(2);
    const nameLength = version === 1 || id >= 256 ? cursor.unsigned(2) : 0;
    const values = cursor.skip(2).unsigned(2);
    cursor.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const filter = { id, values: Array.from({ length: values }, () => cursor.unsigned(4)) };
    if (version === 1 && values % 2 === 1) cursor.skip(4);
    return filter;
  });
}

export interface DataPlace {
  layout: Layout;
  filters: readonly Filter[];
  shape: readonly number[];
  /** Bytes of one value. */
  size: number;
}

/** All values of a data set, row by row. @throws FormatError where they are cut off, damaged, or more than such a file can hold */
export function readData(source: ByteSource, sizes: FieldSizes, place: DataPlace): Buffer {
  const { layout, filters, shape, size } = place;
  const total = shape.reduce((product, length) => product * length, size);
  if (!(total <= (source.size + 1) * (filters.length > 0 ? MOST_RATIO : 1))) throw new FormatError('it is cut off');
  switch (layout.kind) {
    case 'compact':
      if (layout.bytes.length < total) throw new FormatError('it is cut off');
      return layout.bytes.subarray(0, total);
    case 'contiguous':
      // Nothing was ever written: zeros.
      if (layout.address === Number.POSITIVE_INFINITY) return Buffer.alloc(total);
      if (layout.length < total) throw damaged();
      return source.read(layout.address, total);
    case 'chunked': {
      const result = Buffer.alloc(total);
      for (const chunk of chunksOf(source, sizes, place, layout)) {
        const bytes = unpack(
          source.read(chunk.address, chunk.packed),
          filters,
          chunk.mask,
          chunkBytes(layout.chunk, size),
        );
        copyChunk(bytes, result, { chunk: layout.chunk, offset: chunk.offset, shape, size });
      }
      return result;
    }
  }
}

interface Chunk {
  address: number;
  /** Bytes in the file. */
  packed: number;
  /** Bits of the filters that were left out. */
  mask: number;
  /** Of its first value, along each axis. */
  offset: number[];
}

function* chunksOf(
  source: ByteSource,
  sizes: FieldSizes,
  { filters, shape, size }: DataPlace,
  { chunk, index }: { chunk: number[]; index: ChunkIndex },
): Generator<Chunk> {
  if (chunk.length !== shape.length || chunk.some((length) => !(length > 0))) throw damaged();
  const bytes = chunkBytes(chunk, size);
  const grid = shape.map((length, axis) => Math.ceil(length / (chunk[axis] as number)));
  const count = grid.reduce((product, length) => product * length, 1);
  if (index.address === Number.POSITIVE_INFINITY) return;
  switch (index.kind) {
    case 'single':
      yield { address: index.address, packed: index.packed ?? bytes, mask: index.mask, offset: shape.map(() => 0) };
      return;
    case 'implicit':
      for (let i = 0; i < count; i++) {
        yield { address: index.address + i * bytes, packed: bytes, mask: 0, offset: offsetOf(i, grid, chunk) };
      }
      return;
    case 'array': {
      let i = 0;
      for (const { address, packed, mask } of arrayEntries(source, sizes, index.address, {
        count,
        filtered: filters.length > 0,
      })) {
        if (address !== Number.POSITIVE_INFINITY) {
          yield { address, packed: packed ?? bytes, mask, offset: offsetOf(i, grid, chunk) };
        }
        i++;
      }
      return;
    }
    case 'tree': {
      const keyBytes = 8 + 8 * (shape.length + 1);
      let entries = 0;
      for (const { key, address } of treeEntries(source, sizes, index.address, { type: 1, keyBytes })) {
        if (++entries > count) throw damaged();
        const packed = key.unsigned(4);
        const mask = key.unsigned(4);
        const offset = shape.map(() => key.unsigned(8));
        if (offset.some((at, axis) => !(at < (shape[axis] as number)))) throw damaged();
        yield { address, packed, mask, offset };
      }
    }
  }
}

/** The entries of a fixed array: where each chunk lies. */
function* arrayEntries(
  source: ByteSource,
  sizes: FieldSizes,
  header: number,
  { count, filtered }: { count: number; filtered: boolean },
): Generator<{ address: number; packed: number | null; mask: number }> {
  const head = new Cursor(source.read(header, 8 + sizes.length + sizes.address), sizes).expect('FAHD').skip(2);
  const entryBytes = head.unsigned(1);
  const pageEntries = 2 ** head.unsigned(1);
  const entries = head.length();
  const block = head.address();
  if (entries < count || entryBytes < sizes.address + (filtered ? 5 : 0)) throw damaged();
  const paged = entries > pageEntries;
  const pages = paged ? Math.ceil(entries / pageEntries) : 1;
  // Signature, version, client, address of the header; then, in pages, a bitmap and a checksum.
  let at = block + 6 + sizes.address + (paged ? Math.ceil(pages / 8) + 4 : 0);
  for (let done = 0; done < count; ) {
    const inPage = Math.min(paged ? pageEntries : entries, entries - done);
    const cursor = new Cursor(source.read(at, inPage * entryBytes), sizes);
    for (let i = 0; i < inPage && done < count; i++, done++) {
      const address = cursor.address();
      const packed = filtered ? cursor.unsigned(entryBytes - sizes.address - 4) : null;
      yield { address, packed, mask: filtered ? cursor.unsigned(4) : 0 };
    }
    at += inPage * entryBytes + 4;
  }
}

function chunkBytes(chunk: readonly number[], size: number): number {
  return chunk.reduce((product, length) => product * length, size);
}

function offsetOf(index: number, grid: readonly number[], chunk: readonly number[]): number[] {
  let rest = index;
  const offset = new Array<number>(grid.length).fill(0);
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    offset[axis] = (rest % (grid[axis] as number)) * (chunk[axis] as number);
    rest = Math.floor(rest / (grid[axis] as number));
  }
  return offset;
}

/** Undoes the filters, the last one first. */
function unpack(packed: Buffer, filters: readonly Filter[], mask: number, expected: number): Buffer {
  let bytes = packed;
  for (let i = filters.length - 1; i >= 0; i--) {
    if (mask & (1 << i)) continue;
    const { id, values } = filters[i] as Filter;
    if (id === filterIds.deflate) bytes = inflate(bytes, expected + FLETCHER_BYTES);
    else if (id === filterIds.shuffle) bytes = unshuffle(bytes, values[0] ?? 1);
    else if (id === filterIds.fletcher32) bytes = bytes.subarray(0, Math.max(0, bytes.length - FLETCHER_BYTES));
    else throw new FormatError(`its data is packed by filter ${id}, which is not known here (gzip is)`);
  }
  if (bytes.length < expected) throw new FormatError('it is cut off');
  return bytes;
}

function inflate(bytes: Buffer, most: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: most });
  } catch (error) {
    throw new FormatError('its packed data is damaged', { cause: error });
  }
}

/** Bytes of the same place in each value lie together. */
function unshuffle(bytes: Buffer, size: number): Buffer {
  if (size <= 1) return bytes;
  const count = Math.floor(bytes.length / size);
  const result = Buffer.from(bytes);
  for (let byte = 0; byte < size; byte++) {
    for (let i = 0; i < count; i++) result[i * size + byte] = bytes[byte * count + i] as number;
  }
  return result;
}

interface CopyOptions {
  chunk: readonly number[];
  offset: readonly number[];
  shape: readonly number[];
  size: number;
}

/** Chunks at the end of an axis reach beyond the array. */
function copyChunk(from: Buffer, into: Buffer, { chunk, offset, shape, size }: CopyOptions): void {
  const rank = shape.length;
  const inside = chunk.map((length, axis) => Math.min(length, (shape[axis] as number) - (offset[axis] as number)));
  const rows = inside.slice(0, -1).reduce((product, length) => product * length, 1);
  const rowBytes = (inside[rank - 1] ?? 1) * size;
  for (let row = 0; row < rows; row++) {
    let rest = row;
    const place = new Array<number>(rank).fill(0);
    for (let axis = rank - 2; axis >= 0; axis--) {
      place[axis] = rest % (inside[axis] as number);
      rest = Math.floor(rest / (inside[axis] as number));
    }
    let [source, target] = [0, 0];
    for (let axis = 0; axis < rank; axis++) {
      source = source * (chunk[axis] as number) + (place[axis] as number);
      target = target * (shape[axis] as number) + (place[axis] as number) + (offset[axis] as number);
    }
    from.copy(into, target * size, source * size, source * size + rowBytes);
  }
}
