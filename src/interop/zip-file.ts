import { inflateRawSync } from 'node:zlib';
import { type ByteSource, memorySource, openFileSource } from './byte-source.ts';
import { FormatError } from './format-error.ts';

export interface ZipEntry {
  name: string;
  /** Bytes when unpacked. */
  size: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const MOST_ENTRIES = 1_000_000;
/** Deflate packs no more into one byte. */
const MOST_RATIO = 1032;

interface Stored extends ZipEntry {
  method: number;
  packed: number;
  header: number;
}

/** A zip archive, Zip64 included; entries are read one by one when they are asked for. */
export class ZipFile {
  readonly #source: ByteSource;
  readonly #entries = new Map<string, Stored>();

  /** @throws FormatError when it is none or is damaged; the file system's own error */
  constructor(file: string) {
    this.#source = openFileSource(file);
    try {
      this.#readDirectory();
    } catch (error) {
      this.#source.close();
      throw error;
    }
  }

  get entries(): readonly ZipEntry[] {
    return [...this.#entries.values()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The entry as bytes of its own: read in place where it is stored as it is, else unpacked at once. @throws FormatError */
  source(name: string): ByteSource {
    const entry = this.#entries.get(name);
    if (entry?.method !== STORED) return memorySource(this.read(name));
    return { size: entry.size, read: (position, length) => this.#read(name, position, length), close: () => undefined };
  }

  /** The entry's bytes, or `[from, from + length)` of them where it is stored as it is. @throws FormatError */
  read(name: string, from = 0, length?: number): Uint8Array {
    return this.#read(name, from, length);
  }

  #read(name: string, from: number, length?: number): Buffer {
    const entry = this.#entries.get(name);
    if (!entry) throw new FormatError(`it has no ${name}`);
    const header = this.#source.read(entry.header, 30);
    if (header.readUInt32LE(0) !== LOCAL) throw new FormatError('its archive is damaged');
    const start = entry.header + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const wanted = length ?? entry.size - from;
    if (from < 0 || wanted < 0 || from + wanted > entry.size) throw new FormatError(`${name} is cut off`);
    if (entry.method === STORED) return this.#source.read(start + from, wanted);
    if (entry.method !== DEFLATED) throw new FormatError(`${name} is packed in a way that is not known here`);
    if (entry.size > MOST_RATIO * (entry.packed + 1))
      throw new FormatError(`${name} claims to be more than can be packed into it`);
    try {
      // No more than the directory says: a bomb ends here.
      const unpacked = inflateRawSync(this.#source.read(start, entry.packed), {
        maxOutputLength: Math.max(1, entry.size),
      });
      if (unpacked.length !== entry.size) throw new FormatError(`${name} is damaged`);
      return unpacked.subarray(from, from + wanted);
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw new FormatError(`${name} is damaged`, { cause: error });
    }
  }

  close(): void {
    this.#source.close();
  }

  #readDirectory(): void {
    const { offset, size, count } = this.#directory();
    if (count > MOST_ENTRIES) throw new FormatError('its archive is damaged');
    const bytes = this.#source.read(offset, size);
    for (let at = 0, i = 0; i < count; i++) {
      if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw new FormatError('its archive is damaged');
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
        number,
        number,
        number,
      ];
      const extraAt = at + 46 + nameLength;
      const next = extraAt + extraLength + commentLength;
      if (next > bytes.length) throw new FormatError('its archive is damaged');
      const name = bytes.toString('utf8', at + 46, extraAt);
      const large = zip64Fields(bytes.subarray(extraAt, extraAt + extraLength));
      const field = (value: number) => (value === 0xffffffff ? (large.shift() ?? value) : value);
      const entrySize = field(bytes.readUInt32LE(at + 24));
      const packed = field(bytes.readUInt32LE(at + 20));
      const header = field(bytes.readUInt32LE(at + 42));
      this.#entries.set(name, { name, size: entrySize, packed, header, method: bytes.readUInt16LE(at + 10) });
      at = next;
    }
  }

  #directory(): { offset: number; size: number; count: number } {
    const length = Math.min(this.#source.size, 22 + 0xffff);
    const tail = this.#source.read(this.#source.size - length, length);
    let at = tail.length - 22;
    while (at >= 0 && tail.readUInt32LE(at) !== END) at--;
    if (at < 0) throw new FormatError('it is no zip archive, or is cut off');
    const plain = {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const locator = at - 20;
    if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_64) return plain;
    const end = this.#source.read(Number(tail.readBigUInt64LE(locator + 8)), 56);
    if (end.readUInt32LE(0) !== END_64) throw new FormatError('its archive is damaged');
    return {
      count: Number(end.readBigUInt64LE(32)),
      size: Number(end.readBigUInt64LE(40)),
      offset: Number(end.readBigUInt64LE(48)),
    };
  }
}

/** Sizes and offsets that don't fit into 32 bits, in the order of their fields. */
function zip64Fields(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const end = Math.min(extra.length, at + 4 + length);
      const values: number[] = [];
      for (let field = at + 4; field + 8 <= end; field += 8) values.push(Number(extra.readBigUInt64LE(field)));
      return values;
    }
    at += 4 + length;
  }
  return [];
}
