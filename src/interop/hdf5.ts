/** An array of 32-bit floats. */
export interface HdfDataset {
  /** Empty: one number. */
  shape: readonly number[];
  data: Float32Array;
}

export interface HdfGroup extends ReadonlyMap<string, HdfGroup | HdfDataset> {}

/** "Group leaf node K" and "group internal node K": a node has room for twice as many entries. */
const LEAF_ENTRIES = 2 * 4;
const INTERNAL_ENTRIES = 2 * 16;
const SUPERBLOCK_BYTES = 96;
const UNDEFINED = 0xffff_ffff_ffff_ffffn;
/** End of a heap's free list. */
const NO_FREE_BLOCK = 1n;

const message = { dataspace: 0x01, datatype: 0x03, fillValue: 0x05, layout: 0x08, symbolTable: 0x11 } as const;

/** IEEE 754, 32 bits, little-endian (class 1, version 1). */
const float32 = [0x11, 0x20, 0x1f, 0x00, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];
/** Version 2: space is allocated late, written where set; no value is defined. */
const noFillValue = [2, 2, 2, 0, 0, 0, 0, 0];

/**
 * An HDF5 file of groups and contiguous float32 arrays, in the format of the first version (superblock 0, version-1 object
 * headers, symbol-table groups), which every reader knows.
 * Format: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t11.html
 */
export function encodeHdf5(root: HdfGroup): Uint8Array {
  const file = new FileImage();
  const { header, tree, heap } = writeGroup(file, root);
  return file.finish(superblock({ header, tree, heap, end: file.length }));
}

interface GroupAddresses {
  header: bigint;
  tree: bigint;
  heap: bigint;
}

/** Children first, so that every address is known when it is written. */
function writeGroup(file: FileImage, group: HdfGroup): GroupAddresses {
  // The library looks names up by their bytes.
  const entries = [...group]
    .map(([name, node]) => ({ bytes: Buffer.from(name), node }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const names = new Bytes().zeros(8);
  const symbols = entries.map(({ bytes, node }) => {
    const name = BigInt(names.length);
    names.append(bytes).zeros(1).align();
    const header = isDataset(node) ? writeDataset(file, node) : writeGroup(file, node).header;
    return { name, header };
  });
  const heap = writeHeap(file, names);
  const tree = writeTree(file, symbols);
  const header = file.append(objectHeader([[message.symbolTable, new Bytes().uint64(tree).uint64(heap)]]));
  return { header, tree, heap };
}

function isDataset(node: HdfGroup | HdfDataset): node is HdfDataset {
  return 'data' in node;
}

function writeDataset(file: FileImage, { shape, data }: HdfDataset): bigint {
  const address = data.length > 0 ? file.append(new Bytes().append(bytesOf(data))) : UNDEFINED;
  const dataspace = new Bytes().uint8(1).uint8(shape.length).zeros(6);
  for (const size of shape) dataspace.uint64(BigInt(size));
  const layout = new Bytes().uint8(3).uint8(1).uint64(address).uint64(BigInt(data.byteLength));
  return file.append(
    objectHeader([
      [message.dataspace, dataspace],
      [message.datatype, new Bytes().append(Uint8Array.from(float32))],
      [message.fillValue, new Bytes().append(Uint8Array.from(noFillValue))],
      [message.layout, layout],
    ]),
  );
}

function objectHeader(messages: [type: number, body: Bytes][]): Bytes {
  const body = new Bytes();
  for (const [type, content] of messages) {
    content.align();
    body.uint16(type).uint16(content.length).zeros(4).append(content.finish());
  }
  return new Bytes()
    .uint8(1)
    .zeros(1)
    .uint16(messages.length)
    .uint32(1)
    .uint32(body.length)
    .zeros(4)
    .append(body.finish());
}

function writeHeap(file: FileImage, names: Bytes): bigint {
  const segment = file.append(names);
  const size = BigInt(names.length);
  return file.append(new Bytes().text('HEAP').zeros(4).uint64(size).uint64(NO_FREE_BLOCK).uint64(segment));
}

interface Symbol {
  /** Offset of its name in the heap. */
  name: bigint;
  header: bigint;
}

/** One node of a B-tree or symbol table, and the last name in it. */
interface TreeNode {
  address: bigint;
  last: bigint;
}

/** A B-tree of as many levels as the symbols need; returns the address of its top. */
function writeTree(file: FileImage, symbols: Symbol[]): bigint {
  let nodes: TreeNode[] = chunks(symbols, LEAF_ENTRIES).map((part) => {
    const node = new Bytes().text('SNOD').uint8(1).zeros(1).uint16(part.length);
    for (const { name, header } of part) node.uint64(name).uint64(header).zeros(24);
    return { address: file.append(node.zerosTo(8 + LEAF_ENTRIES * 40)), last: (part.at(-1) as Symbol).name };
  });
  const bytes = 24 + (INTERNAL_ENTRIES + 1) * 8 + INTERNAL_ENTRIES * 8;
  for (let level = 0; ; level++) {
    const parts = nodes.length > 0 ? chunks(nodes, INTERNAL_ENTRIES) : [[]];
    const first = file.next;
    const neighbour = (i: number) => (i >= 0 && i < parts.length ? first + BigInt(i * bytes) : UNDEFINED);
    let before = 0n;
    nodes = parts.map((part, i) => {
      const node = new Bytes().text('TREE').uint8(0).uint8(level).uint16(part.length);
      node
        .uint64(neighbour(i - 1))
        .uint64(neighbour(i + 1))
        .uint64(before);
      for (const { address, last } of part) node.uint64(address).uint64(last);
      before = part.at(-1)?.last ?? 0n;
      return { address: file.append(node.zerosTo(bytes)), last: before };
    });
    if (nodes.length === 1) return (nodes[0] as TreeNode).address;
  }
}

function superblock({ header, tree, heap, end }: GroupAddresses & { end: number }): Uint8Array {
  const block = new Bytes().append(Uint8Array.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a])).zeros(5);
  block.uint8(8).uint8(8).zeros(1);
  block
    .uint16(LEAF_ENTRIES / 2)
    .uint16(INTERNAL_ENTRIES / 2)
    .uint32(0);
  block.uint64(0n).uint64(UNDEFINED).uint64(BigInt(end)).uint64(UNDEFINED);
  return block.uint64(0n).uint64(header).uint32(1).uint32(0).uint64(tree).uint64(heap).finish();
}

/** What has been written so far, behind a place for the superblock; everything begins at a multiple of 8. */
class FileImage {
  readonly #parts: Uint8Array[] = [];
  length = SUPERBLOCK_BYTES;

  /** Where the next part will lie. */
  get next(): bigint {
    return BigInt(this.length);
  }

  append(part: Bytes): bigint {
    const address = this.next;
    const bytes = part.align().finish();
    this.#parts.push(bytes);
    this.length += bytes.length;
    return address;
  }

  finish(start: Uint8Array): Uint8Array {
    return Buffer.concat([start, ...this.#parts]);
  }
}

/** Little-endian bytes under construction. */
class Bytes {
  readonly #parts: Uint8Array[] = [];
  length = 0;

  append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.length += bytes.length;
    return this;
  }

  text(ascii: string): this {
    return this.append(Buffer.from(ascii, 'latin1'));
  }

  uint8(value: number): this {
    return this.append(Uint8Array.of(value));
  }

  uint16(value: number): this {
    return this.append(bytesOf(Uint16Array.of(value)));
  }

  uint32(value: number): this {
    return this.append(bytesOf(Uint32Array.of(value)));
  }

  uint64(value: bigint): this {
    return this.append(bytesOf(BigUint64Array.of(value)));
  }

  zeros(count: number): this {
    return this.append(new Uint8Array(count));
  }

  zerosTo(length: number): this {
    return this.zeros(length - this.length);
  }

  align(): this {
    return this.zeros((8 - (this.length % 8)) % 8);
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Every processor that Node runs on is little-endian, as the file is. */
function bytesOf(values: Float32Array | Uint16Array | Uint32Array | BigUint64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
