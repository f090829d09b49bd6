import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** With `/` between folders. */
  name: string;
  data: Uint8Array;
}

/** 1 January 1980, the earliest time that the format knows: equal contents give equal files. */
const DATE = (1 << 5) | 1;
const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
const LIMIT = 0xffff_ffff;

/**
 * A ZIP archive whose entries are stored as they are: weights hardly compress.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * @throws RangeError for 4 GiB and more
 */
export function encodeZip(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(FLAGS, 2);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(inLimit(data.length), 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(inLimit(offset), 10);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, nameBytes, data);
    directory.push(Buffer.from(`PK\x01\x02${String.fromCharCode(VERSION)}\0`, 'latin1'), common, place, nameBytes);
    offset += 30 + nameBytes.length + data.length;
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(inLimit(offset), 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function inLimit(size: number): number {
  if (size <= LIMIT) return size;
  throw new RangeError(`A ZIP archive of this kind ends at 4 GiB; this one needs ${size} bytes.`);
}
