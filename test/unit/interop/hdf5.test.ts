import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeHdf5, type HdfDataset, type HdfGroup } from '../../../src/interop/hdf5.ts';

const dataset = (...values: number[]): HdfDataset => ({ shape: [values.length], data: Float32Array.from(values) });

interface Link {
  name: string;
  header: number;
}

/** The part of the format that the writer uses, read the way the library does: from the superblock down. */
class Reader {
  readonly #file: DataView;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  root(): number {
    assert.equal(this.#bytes.toString('latin1', 0, 8), '\x89HDF\r\n\x1a\n');
    assert.equal(this.#address(40), this.#bytes.length, 'end of file');
    return this.#address(64);
  }

  links(header: number): Link[] {
    const body = this.#message(header, 0x11);
    const [tree, heap] = [this.#address(body), this.#address(body + 8)];
    assert.equal(this.#bytes.toString('latin1', heap, heap + 4), 'HEAP');
    return this.#treeLinks(tree, this.#address(heap + 24));
  }

  values(header: number): { shape: number[]; values: number[] } {
    const space = this.#message(header, 0x01);
    const shape = Array.from({ length: this.#bytes[space + 1] as number }, (_, i) => this.#address(space + 8 + 8 * i));
    const layout = this.#message(header, 0x08);
    const count = this.#address(layout + 10) / 4;
    const at = this.#address(layout + 2);
    return { shape, values: Array.from({ length: count }, (_, i) => this.#file.getFloat32(at + 4 * i, true)) };
  }

  #treeLinks(tree: number, names: number): Link[] {
    assert.equal(tree % 8, 0);
    if (this.#bytes.toString('latin1', tree, tree + 4) === 'SNOD') {
      return Array.from({ length: this.#bytes.readUInt16LE(tree + 6) }, (_, i) => {
        const at = names + this.#address(tree + 8 + 40 * i);
        const name = this.#bytes.toString('utf8', at, this.#bytes.indexOf(0, at));
        return { name, header: this.#address(tree + 16 + 40 * i) };
      });
    }
    assert.equal(this.#bytes.toString('latin1', tree, tree + 4), 'TREE');
    const used = this.#bytes.readUInt16LE(tree + 6);
    assert.ok(used <= 32);
    return Array.from({ length: used }, (_, i) => {
      const child = tree + 24 + 16 * i + 8;
      const links = this.#treeLinks(this.#address(child), names);
      // The key after a child is its last name, the one before it is smaller: that is how names are found.
      const text = (at: number) => this.#bytes.toString('utf8', names + at, this.#bytes.indexOf(0, names + at));
      assert.equal(text(this.#address(child + 8)), links.at(-1)?.name);
      assert.ok(text(this.#address(child - 8)) < (links[0]?.name ?? ''));
      return links;
    }).flat();
  }

  /** Where a message's body begins. */
  #message(header: number, type: number): number {
    let at = header + 16;
    for (let left = this.#bytes.readUInt16LE(header + 2); left > 0; left--) {
      if (this.#bytes.readUInt16LE(at) === type) return at + 8;
      at += 8 + this.#bytes.readUInt16LE(at + 2);
    }
    throw new Error(`no message ${type}`);
  }

  #address(at: number): number {
    return Number(this.#file.getBigUint64(at, true));
  }
}

describe('HDF5', () => {
  it('gives back groups, shapes and numbers', () => {
    const inner: HdfGroup = new Map([
      ['scalar', { shape: [], data: Float32Array.of(2.5) }],
      ['matrix', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ]);
    const reader = new Reader(
      encodeHdf5(
        new Map<string, HdfGroup | HdfDataset>([
          ['b', inner],
          ['a', dataset(7)],
        ]),
      ),
    );
    const [a, b] = reader.links(reader.root()) as [Link, Link];
    assert.deepEqual([a.name, b.name], ['a', 'b']);
    assert.deepEqual(reader.values(a.header), { shape: [1], values: [7] });
    const [matrix, scalar] = reader.links(b.header) as [Link, Link];
    assert.deepEqual(reader.values(matrix.header), { shape: [2, 2], values: [1, 2, 3, 4] });
    assert.deepEqual(reader.values(scalar.header), { shape: [], values: [2.5] });
  });

  // One symbol table; several; a second and a third level of the tree.
  for (const count of [0, 1, 8, 9, 256, 257, 8200]) {
    it(`a group of ${count}`, () => {
      const names = Array.from({ length: count }, (_, i) => `layer_${i}`);
      const reader = new Reader(encodeHdf5(new Map(names.map((name, i) => [name, dataset(i)]))));
      const links = reader.links(reader.root());
      assert.deepEqual(
        links.map(({ name }) => name),
        names.sort(),
      );
      const last = links.at(-1);
      if (last) assert.deepEqual(reader.values(last.header).values, [Number(last.name.slice(6))]);
    });
  }

  it('keeps names that are not ASCII in the order of their bytes', () => {
    const names = ['größe', 'z', '層', 'a'];
    const reader = new Reader(encodeHdf5(new Map(names.map((name) => [name, dataset(1)]))));
    assert.deepEqual(
      reader.links(reader.root()).map(({ name }) => name),
      ['a', 'größe', 'z', '層'],
    );
  });
});
