import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../format-error.ts';
import { Cursor, damaged, type FieldSizes } from './cursor.ts';
import { type DataPlace, readData, readFilters, readLayout } from './data.ts';
import { type HdfType, readDataspace, readDatatype } from './datatype.ts';
import { type HeaderMessage, messageTypes, readHeader } from './header.ts';
import { FractalHeap, GlobalHeap, readLocalHeap } from './heaps.ts';
import { treeEntries, treeRecords } from './tree.ts';

export interface HdfArray {
  kind: 'data';
  shape: readonly number[];
  /** `float32`, `int64`, `string` … */
  type: string;
  /** Row by row, little-endian. @throws FormatError */
  read(): Buffer;
}

export interface HdfFolder {
  kind: 'group';
  /** Addresses by name, in the order of the file. */
  links: ReadonlyMap<string, number>;
}

/** Texts or numbers; what is of another kind is left out. */
export type HdfAttributes = ReadonlyMap<string, readonly string[] | readonly number[]>;

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Of names in one group, and of names or numbers in one attribute. */
const MOST_LINKS = 100_000;
const MOST_VALUES = 100_000;

/** True where bytes of a file, from its start, can be HDF5; one with a block of the user's own before it is not seen. */
export function looksLikeHdf5(start: Buffer): boolean {
  return start.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/**
 * Reads HDF5 files (superblocks 0–3, groups and data sets of both generations; contiguous and chunked data, gzip, shuffle). Every
 * length is checked against the file before memory is taken, and nothing in the file is followed for ever.
 * Format: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t11.html
 */
export class Hdf5File {
  readonly root: number;
  readonly #source: ByteSource;
  readonly #sizes: FieldSizes;
  readonly #heap: GlobalHeap;

  /** @throws FormatError */
  constructor(source: ByteSource) {
    const { root, sizes, base } = readSuperblock(source);
    this.#source =
      base === 0
        ? source
        : {
            size: source.size - base,
            read: (at, length) => source.read(at + base, length),
            close: () => source.close(),
          };
    this.#sizes = sizes;
    this.root = root;
    this.#heap = new GlobalHeap(this.#source, sizes);
  }

  /** The object at an address. @throws FormatError */
  open(address: number): HdfFolder | HdfArray {
    const messages = readHeader(this.#source, this.#sizes, address);
    const layout = messages.find(({ type }) => type === messageTypes.layout);
    return layout ? this.#array(messages, layout) : { kind: 'group', links: this.#links(messages) };
  }

  /** @throws FormatError */
  attributes(address: number): HdfAttributes {
    const messages = readHeader(this.#source, this.#sizes, address);
    const found = new Map<string, readonly string[] | readonly number[]>();
    const bodies = messages.filter(({ type }) => type === messageTypes.attribute).map(({ body }) => body);
    const info = messages.find(({ type }) => type === messageTypes.attributeInfo);
    for (const body of [...bodies, ...(info ? this.#denseAttributes(info.body) : [])]) {
      const attribute = this.#attribute(body);
      if (attribute) found.set(...attribute);
    }
    return found;
  }

  #array(messages: readonly HeaderMessage[], layout: HeaderMessage): HdfArray {
    const part = (type: number) => {
      const message = messages.find((one) => one.type === type);
      if (message?.shared) throw new FormatError('the type of its values is kept elsewhere in the file');
      return message && new Cursor(message.body, this.#sizes);
    };
    const [dataspace, datatype, filters] = [messageTypes.dataspace, messageTypes.datatype, messageTypes.filters].map(
      part,
    );
    if (!dataspace || !datatype) throw damaged();
    const shape = readDataspace(dataspace) ?? [0];
    const { kind, size } = readDatatype(datatype);
    const place: DataPlace = {
      layout: readLayout(new Cursor(layout.body, this.#sizes)),
      filters: filters ? readFilters(filters) : [],
      shape,
      size,
    };
    return { kind: 'data', shape, type: kind, read: () => readData(this.#source, this.#sizes, place) };
  }

  #links(messages: readonly HeaderMessage[]): Map<string, number> {
    const links = new Map<string, number>();
    const add = (name: string, address: number) => {
      if (links.size >= MOST_LINKS) throw damaged();
      links.set(name, address);
    };
    for (const { type, body } of messages) {
      if (type === messageTypes.symbolTable) this.#oldLinks(new Cursor(body, this.#sizes), add);
      else if (type === messageTypes.link) this.#newLink(body, add);
      else if (type === messageTypes.linkInfo) for (const link of this.#denseLinks(body)) this.#newLink(link, add);
    }
    return links;
  }

  #oldLinks(cursor: Cursor, add: (name: string, address: number) => void): void {
    const tree = cursor.address();
    const names = new Cursor(readLocalHeap(this.#source, this.#sizes, cursor.address()), this.#sizes);
    const entryBytes = 2 * this.#sizes.address + 24;
    for (const { address } of treeEntries(this.#source, this.#sizes, tree, { type: 0, keyBytes: this.#sizes.length })) {
      const head = new Cursor(this.#source.read(address, 8), this.#sizes).expect('SNOD').skip(2);
      const count = head.unsigned(2);
      const node = new Cursor(this.#source.read(address + 8, count * entryBytes), this.#sizes);
      for (let i = 0; i < count; i++) {
        const nameAt = node.unsigned(this.#sizes.address);
        const header = node.address();
        const cache = node.unsigned(4);
        node.skip(20);
        names.at = 0;
        names.skip(nameAt);
        // Cache type 2: a link to a path, which weights don't have.
        if (cache !== 2) add(names.text(names.left), header);
      }
    }
  }

  /** Soft and external links are left out: they lead to a path, or out of the file. */
  #newLink(body: Buffer, add: (name: string, address: number) => void): void {
    const cursor = new Cursor(body, this.#sizes).skip(1);
    const flags = cursor.unsigned(1);
    const type = flags & 8 ? cursor.unsigned(1) : 0;
    if (flags & 4) cursor.skip(8);
    if (flags & 16) cursor.skip(1);
    const name = cursor.text(cursor.unsigned(1 << (flags & 3)));
    if (type === 0) add(name, cursor.address());
  }

  #denseLinks(body: Buffer): Iterable<Buffer> {
    const cursor = new Cursor(body, this.#sizes).skip(1);
    if (cursor.unsigned(1) & 1) cursor.skip(8);
    // Records of links by name: a hash, then the heap ID.
    return this.#dense(cursor, (record) => record.skip(4).take(record.left));
  }

  #denseAttributes(body: Buffer): Iterable<Buffer> {
    const cursor = new Cursor(body, this.#sizes).skip(1);
    if (cursor.unsigned(1) & 1) cursor.skip(2);
    // Records of attributes by name: the heap ID, flags, creation order, a hash.
    return this.#dense(cursor, (record) => record.take(8));
  }

  *#dense(cursor: Cursor, idOf: (record: Cursor) => Buffer): Generator<Buffer> {
    const heapAddress = cursor.address();
    const tree = cursor.address();
    if (!Number.isFinite(heapAddress) || !Number.isFinite(tree)) return;
    const heap = new FractalHeap(this.#source, this.#sizes, heapAddress);
    for (const record of treeRecords(this.#source, this.#sizes, tree)) yield heap.read(idOf(record));
  }

  #attribute(body: Buffer): [string, readonly string[] | readonly number[]] | null {
    const cursor = new Cursor(body, this.#sizes);
    const version = cursor.unsigned(1);
    const flags = cursor.unsigned(1);
    const [nameSize, typeSize, spaceSize] = [cursor.unsigned(2), cursor.unsigned(2), cursor.unsigned(2)];
    if (version === 3) cursor.skip(1);
    const field = (size: number) => cursor.take(version === 1 ? Math.ceil(size / 8) * 8 : size);
    const name = new Cursor(field(nameSize), this.#sizes).text(nameSize);
    const typeBytes = field(typeSize);
    const space = field(spaceSize);
    if (version > 1 && flags & 1) return null;
    let type: HdfType;
    try {
      type = readDatatype(new Cursor(typeBytes, this.#sizes));
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
    const shape = readDataspace(new Cursor(space, this.#sizes));
    const count = shape ? shape.reduce((product, length) => product * length, 1) : 0;
    if (!(count <= MOST_VALUES)) throw damaged();
    return [name, this.#values(cursor, type, count)];
  }

  #values(cursor: Cursor, { kind, size }: HdfType, count: number): readonly string[] | readonly number[] {
    if (kind === 'string') return Array.from({ length: count }, () => cursor.text(size));
    if (kind === 'text') {
      return Array.from({ length: count }, () => {
        cursor.skip(4);
        const collection = cursor.address();
        const index = cursor.unsigned(4);
        return collection === 0 ? '' : this.#heap.read(collection, index).toString('utf8');
      });
    }
    if (kind === 'float32') return Array.from({ length: count }, () => cursor.take(4).readFloatLE());
    if (kind === 'float64') return Array.from({ length: count }, () => cursor.take(8).readDoubleLE());
    return Array.from({ length: count }, () => cursor.unsigned(size));
  }
}

function readSuperblock(source: ByteSource): { root: number; sizes: FieldSizes; base: number } {
  // At 0, or behind a block of the user's own of 512 bytes, 1024, 2048 …
  for (let at = 0; at + 48 <= source.size; at = at === 0 ? 512 : 2 * at) {
    if (!source.read(at, SIGNATURE.length).equals(SIGNATURE)) continue;
    const cursor = new Cursor(
      source.read(at, Math.min(128, source.size - at)),
      { address: 8, length: 8 },
      SIGNATURE.length,
    );
    const version = cursor.unsigned(1);
    if (version > 3) throw new FormatError(`it is HDF5 of a later version (superblock ${version})`);
    if (version <= 1) cursor.skip(4);
    const sizes = { address: cursor.unsigned(1), length: cursor.unsigned(1) };
    if (![2, 4, 8].includes(sizes.address) || ![2, 4, 8].includes(sizes.length)) throw damaged();
    const fields = new Cursor(cursor.bytes, sizes, cursor.at);
    if (version <= 1) fields.skip(version === 0 ? 9 : 13);
    else fields.skip(1);
    // Base address, then what is not needed here; a file behind another block counts from where it begins.
    fields.skip((version <= 1 ? 5 : 3) * sizes.address);
    return { root: fields.address(), sizes, base: at };
  }
  throw new FormatError('it is no HDF5 file');
}
