import type { ByteSource } from '../byte-source.ts';
import { Cursor, damaged, type FieldSizes } from './cursor.ts';

/** No file of weights has as many; a tree that leads back into itself ends here. */
const MOST_NODES = 200_000;
const MOST_DEPTH = 32;

/**
 * What the leaves of a version-1 B-tree point to: symbol-table nodes (type 0) or chunks (type 1), each with the key before it.
 * @param keyBytes of one key
 * @throws FormatError
 */
export function* treeEntries(
  source: ByteSource,
  sizes: FieldSizes,
  root: number,
  { type, keyBytes }: { type: 0 | 1; keyBytes: number },
): Generator<{ key: Cursor; address: number }> {
  const open: { address: number; level: number | null }[] = [{ address: root, level: null }];
  for (let visited = 0; open.length > 0; visited++) {
    const node = open.pop() as (typeof open)[number];
    if (visited + open.length > MOST_NODES) throw damaged();
    const { address } = node;
    const head = new Cursor(source.read(address, 8 + 2 * sizes.address), sizes).expect('TREE');
    if (head.unsigned(1) !== type) throw damaged();
    const level = head.unsigned(1);
    if (level > MOST_DEPTH || (node.level !== null && level !== node.level)) throw damaged();
    const count = head.unsigned(2);
    const step = keyBytes + sizes.address;
    const body = new Cursor(source.read(address + 8 + 2 * sizes.address, count * step), sizes);
    const children = Array.from({ length: count }, () => {
      const key = new Cursor(body.take(keyBytes), sizes);
      return { key, address: body.address() };
    });
    if (level === 0) yield* children;
    else for (const child of children.reverse()) open.push({ address: child.address, level: level - 1 });
  }
}

/** The records of a version-2 B-tree; nothing for one that is empty. @throws FormatError */
export function* treeRecords(source: ByteSource, sizes: FieldSizes, header: number): Generator<Cursor> {
  const head = new Cursor(source.read(header, 22 + sizes.address + sizes.length), sizes).expect('BTHD').skip(2);
  const nodeBytes = head.unsigned(4);
  const recordBytes = head.unsigned(2);
  const depth = head.unsigned(2);
  const root = head.skip(2).address();
  const count = head.unsigned(2);
  if (depth > MOST_DEPTH || recordBytes === 0 || nodeBytes < 16) throw damaged();
  if (!Number.isFinite(root)) return;
  const shape = nodeShape(nodeBytes, recordBytes, depth, sizes);
  const open = [{ address: root, count, depth }];
  for (let visited = 0; open.length > 0; visited++) {
    const node = open.pop() as (typeof open)[number];
    if (visited + open.length > MOST_NODES) throw damaged();
    const cursor = new Cursor(source.read(node.address, nodeBytes), sizes).expect(node.depth === 0 ? 'BTLF' : 'BTIN');
    cursor.skip(2);
    for (let i = 0; i < node.count; i++) yield new Cursor(cursor.take(recordBytes), sizes);
    if (node.depth === 0) continue;
    for (let i = 0; i <= node.count; i++) {
      const address = cursor.address();
      const inChild = cursor.unsigned(shape[node.depth - 1]?.countBytes ?? 0);
      // Records of the whole subtree; those of a leaf's parent are left out.
      if (node.depth > 1) cursor.skip(shape[node.depth - 1]?.totalBytes ?? 0);
      open.push({ address, count: inChild, depth: node.depth - 1 });
    }
  }
}

/** For nodes of each depth: bytes that a count of their records takes, and a count of all records below them. */
function nodeShape(nodeBytes: number, recordBytes: number, depth: number, sizes: FieldSizes) {
  const shape: { countBytes: number; totalBytes: number }[] = [];
  const leaf = Math.floor((nodeBytes - 10) / recordBytes);
  shape.push({ countBytes: bytesFor(leaf), totalBytes: 0 });
  let total = leaf;
  for (let level = 1; level <= depth; level++) {
    const below = shape[level - 1] as { countBytes: number; totalBytes: number };
    const pointer = sizes.address + below.countBytes + below.totalBytes;
    const most = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    total = (most + 1) * total + most;
    shape.push({ countBytes: bytesFor(most), totalBytes: bytesFor(total) });
  }
  return shape;
}

/** Bytes that whole numbers up to `most` take. */
export function bytesFor(most: number): number {
  return Math.min(8, Math.floor(Math.log2(Math.max(1, most)) / 8) + 1);
}
