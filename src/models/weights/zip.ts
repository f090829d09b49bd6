import fs from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { WeightFileError } from './weight-file.ts';

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
const MOST_ENTRIES = 1_000_000;

interface Stored extends ZipEntry {
  method: number;
  packed: number;
  header: number;
}

/** A zip archive, Zip64 included; entries are read one by one when they are asked for. */
export class ZipFile {
  readonly #handle: number;
  readonly #size: number;
  readonly #entries = new Map<string, Stored>();

  /** @throws WeightFileError when it is none or is damaged; the file system's own error */
  constructor(file: string) {
    this.#handle = fs.openSync(file, 'r');
    try {
      this.#size = fs.fstatSync(this.#handle).size;
      this.#readDirectory();
    } catch (error) {
      fs.closeSync(this.#handle);
      throw error;
    }
  }

  get entries(): readonly ZipEntry[] {
    return [...this.#entries.values()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The entry's bytes, or `[from, from + length)` of them where it is stored as it is. @throws WeightFileError */
  read(name: string, from = 0, length?: number): Uint8Array {
    const entry = this.#entries.get(name);
    if (!entry) throw new WeightFileError(`it has no ${name}`);
    const header = this.#at(entry.header, 30);
    if (header.readUInt32LE(0) !== LOCAL) throw new WeightFileError('its archive is damaged');
    const start = entry.header + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const wanted = length ?? entry.size - from;
    if (from < 0 || wanted < 0 || from + wanted > entry.size) throw new WeightFileError(`${name} is cut off`);
    if (entry.method === 0) return this.#at(start + from, wanted);
    if (entry.method !== 8) throw new WeightFileError(`${name} is packed in a way that is not known here`);
    try {
      // No more than the directory says: a bomb ends here.
      const unpacked = inflateRawSync(this.#at(start, entry.packed), { maxOutputLength: Math.max(1, entry.size) });
      if (unpacked.length !== entry.size) throw new WeightFileError(`${name} is damaged`);
      return unpacked.subarray(from, from + wanted);
    } catch (error) {
      if (error instanceof WeightFileError) throw error;
      throw new WeightFileError(`${name} is damaged`, { cause: error });
    }
  }

  close(): void {
    fs.closeSync(this.#handle);
  }

  #readDirectory(): void {
    const { offset, size, count } = this.#directory();
    if (count > MOST_ENTRIES) throw new WeightFileError('its archive is damaged');
    const bytes = this.#at(offset, size);
    for (let at = 0, i = 0; i < count; i++) {
      if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL)
        throw new WeightFileError('its archive is damaged');
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
        number,
        number,
        number,
      ];
      const extraAt = at + 46 + nameLength;
      const next = extraAt + extraLength + commentLength;
      if (next > bytes.length) throw new WeightFileError('its archive is damaged');
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
    const length = Math.min(this.#size, 22 + 0xffff);
    const tail = this.#at(this.#size - length, length);
    let at = tail.length - 22;
    while (at >= 0 && tail.readUInt32LE(at) !== END) at--;
    if (at < 0) throw new WeightFileError('it is no zip archive, or is cut off');
    const plain = {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const locator = at - 20;
    if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_64) return plain;
    const end = this.#at(Number(tail.readBigUInt64LE(locator + 8)), 56);
    if (end.readUInt32LE(0) !== END_64) throw new WeightFileError('its archive is damaged');
    return {
      count: Number(end.readBigUInt64LE(32)),
      size: Number(end.readBigUInt64LE(40)),
      offset: Number(end.readBigUInt64LE(48)),
    };
  }

  #at(position: number, length: number): Buffer {
    if (!(position >= 0 && length >= 0 && position + length <= this.#size)) throw new WeightFileError('it is cut off');
    const buffer = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const read = fs.readSync(this.#handle, buffer, done, length - done, position + done);
      if (read === 0) throw new WeightFileError('it is cut off');
      done += read;
    }
    return buffer;
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
