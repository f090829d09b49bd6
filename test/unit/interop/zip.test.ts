import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeZip } from '../../../src/interop/zip.ts';

/** Entries as a reader finds them: from the end, through the central directory. */
function readZip(file: Buffer): { name: string; data: string; crc: number }[] {
  const end = file.length - 22;
  assert.equal(file.readUInt32LE(end), 0x06054b50);
  let at = file.readUInt32LE(end + 16);
  assert.equal(at + file.readUInt32LE(end + 12), end);
  return Array.from({ length: file.readUInt16LE(end + 10) }, () => {
    assert.equal(file.readUInt32LE(at), 0x02014b50);
    assert.equal(file.readUInt16LE(at + 10), 0, 'stored');
    const [crc, size, nameLength] = [
      file.readUInt32LE(at + 16),
      file.readUInt32LE(at + 24),
      file.readUInt16LE(at + 28),
    ];
    const local = file.readUInt32LE(at + 42);
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength;
    assert.equal(file.readUInt32LE(local), 0x04034b50);
    assert.equal(file.readUInt32LE(local + 14), crc);
    const from = local + 30 + file.readUInt16LE(local + 26);
    return { name, crc, data: file.toString('utf8', from, from + size) };
  });
}

describe('ZIP', () => {
  const entries = [
    { name: 'empty', data: Buffer.alloc(0) },
    { name: 'folder/größe.json', data: Buffer.from('{"a": 1}') },
  ];

  it('has every entry with its checksum, found from the central directory', () => {
    assert.deepEqual(
      readZip(Buffer.from(encodeZip(entries))),
      entries.map(({ name, data }) => ({ name, crc: crc32(data), data: data.toString() })),
    );
  });

  it('of nothing is an archive too', () => {
    assert.deepEqual(readZip(Buffer.from(encodeZip([]))), []);
  });

  it('of the same contents is the same file', () => {
    assert.deepEqual(encodeZip(entries), encodeZip(entries));
  });
});
