import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../format-error.ts';
import { Cursor, damaged, type FieldSizes } from './cursor.ts';
import { bytesFor } from './tree.ts';

const MOST_HEAP_BYTES = 64 * 2 ** 20;

/** The data segment of a local heap, which holds the names of an old group. @throws FormatError */
export function readLocalHeap(source: ByteSource, sizes: FieldSizes, address: number): Buffer {
  const head = new Cursor(source.read(address, 8 + 2 * sizes.length + sizes.address), sizes).expect('HEAP').skip(4);
  const size = head.length();
  head.length();
  if (!(size <= MOST_HEAP_BYTES)) throw damaged();
  return source.read(head.address(), size);
}

/** Objects of the global heap, where texts of any length lie. */
export class GlobalHeap {
  readonly #source: ByteSource;
  readonly #sizes: FieldSizes;
  readonly #collections = new Map<number, Map<number, Buffer>>();

  constructor(source: ByteSource, sizes: FieldSizes) {
    this.#source = source;
    this.#sizes = sizes;
  }

  /** @throws FormatError */
  read(collection: number, index: number): Buffer {
    let objects = this.#collections.get(collection);
    if (!objects) {
      objects = this.#readCollection(collection);
      this.#collections.set(collection, objects);
    }
    const found = objects.get(index);
    if (!found) throw damaged();
    return found;
  }

  #readCollection(address: number): Map<number, Buffer> {
    const head = 8 + this.#sizes.length;
    const size = new Cursor(this.#source.read(address, head), this.#sizes).expect('GCOL').skip(4).length();
    if (!(size >= head && size <= MOST_HEAP_BYTES)) throw damaged();
    const cursor = new Cursor(this.#source.read(address + head, size - head), this.#sizes);
    const objects = new Map<number, Buffer>();
    while (cursor.left >= 8 + this.#sizes.length) {
      const index = cursor.unsigned(2);
      const length = cursor.skip(6).length();
      if (index === 0) break;
      objects.set(index, cursor.take(length));
      cursor.skip(Math.min(cursor.left, (8 - (length % 8)) % 8));
    }
    return objects;
  }
}

/** A fractal heap, where newer files keep links and attributes of large objects. */
export class FractalHeap {
  readonly #source: ByteSource;
  readonly #sizes: FieldSizes;
  readonly #offsetBytes: number;
  readonly #lengthBytes: number;
  readonly #width: number;
  readonly #firstBlock: number;
  readonly #largestDirect: number;
  readonly #root: number;
  readonly #rootRows: number;

  /** @throws FormatError */
  constructor(source: ByteSource, sizes: FieldSizes, address: number) {
    this.#source = source;
    this.#sizes = sizes;
    const head = 22 + 12 * sizes.length + 3 * sizes.address;
    const cursor = new Cursor(source.read(address, head), sizes).expect('FRHP').skip(3);
    if (cursor.unsigned(2) > 0) throw new FormatError('its names are packed in a way that is not known here');
    const largestObject = cursor.skip(1).unsigned(4);
    cursor.skip(2 * sizes.length + 2 * sizes.address + 8 * sizes.length);
    this.#width = cursor.unsigned(2);
    this.#firstBlock = cursor.length();
    this.#largestDirect = cursor.length();
    const heapBits = cursor.unsigned(2);
    this.#root = cursor.skip(2).address();
    this.#rootRows = cursor.unsigned(2);
    this.#offsetBytes = Math.ceil(heapBits / 8);
    this.#lengthBytes = bytesFor(Math.min(this.#largestDirect, largestObject));
    if (!(this.#width > 0 && this.#firstBlock > 0 && this.#offsetBytes <= 8)) throw damaged();
  }

  /** The object of a heap ID. @throws FormatError */
  read(id: Buffer): Buffer {
    const cursor = new Cursor(id, this.#sizes);
    const first = cursor.unsigned(1);
    const kind = (first >> 4) & 3;
    if (kind === 2) return cursor.take((first & 15) + 1);
    if (kind !== 0) throw new FormatError('an attribute of it is too large');
    const offset = cursor.unsigned(this.#offsetBytes);
    const length = cursor.unsigned(this.#lengthBytes);
    return this.#source.read(this.#addressOf(offset), length);
  }

  /** Follows indirect blocks to the direct block that holds `offset`. */
  #addressOf(offset: number): number {
    if (this.#rootRows === 0) return this.#root + offset;
    let [block, start] = [this.#root, 0];
    for (let depth = 0; depth < 16; depth++) {
      const { row, column, rowStart, size } = this.#place(offset - start);
      const entry =
        block + 5 + this.#sizes.address + this.#offsetBytes + (row * this.#width + column) * this.#sizes.address;
      const child = new Cursor(this.#source.read(entry, this.#sizes.address), this.#sizes).address();
      start += rowStart + column * size;
      if (size <= this.#largestDirect) return child + (offset - start);
      block = child;
    }
    throw damaged();
  }

  /** Rows 0 and 1 have blocks of the first size, each later row of twice the size of the row before. */
  #place(offset: number): { row: number; column: number; rowStart: number; size: number } {
    let [rowStart, size] = [0, this.#firstBlock];
    for (let row = 0; row < 64; row++) {
      if (row > 1) size *= 2;
      const rowBytes = size * this.#width;
      if (offset < rowStart + rowBytes) return { row, column: Math.floor((offset - rowStart) / size), rowStart, size };
      rowStart += rowBytes;
    }
    throw damaged();
  }
}
