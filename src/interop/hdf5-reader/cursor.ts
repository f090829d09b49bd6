import { FormatError } from '../format-error.ts';

/** Sizes in bytes that a file chose for its addresses and lengths. */
export interface FieldSizes {
  address: number;
  length: number;
}

/** Reads little-endian fields one after the other. @throws FormatError beyond the end */
export class Cursor {
  readonly bytes: Buffer;
  readonly sizes: FieldSizes;
  at: number;

  constructor(bytes: Buffer, sizes: FieldSizes, at = 0) {
    this.bytes = bytes;
    this.sizes = sizes;
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A whole number of 1 to 8 bytes; one beyond 2⁵³ is Infinity, which no size or address can be. */
  unsigned(bytes: number): number {
    const at = this.#step(bytes);
    if (bytes <= 6) return bytes === 0 ? 0 : this.bytes.readUIntLE(at, bytes);
    const value = this.bytes.readUIntLE(at, 6) + this.bytes.readUIntLE(at + 6, bytes - 6) * 2 ** 48;
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
  }

  /** Infinity: undefined. */
  address(): number {
    const at = this.at;
    const value = this.unsigned(this.sizes.address);
    const undefinedHere = this.bytes.subarray(at, this.at).every((byte) => byte === 0xff);
    return undefinedHere ? Number.POSITIVE_INFINITY : value;
  }

  length(): number {
    return this.unsigned(this.sizes.length);
  }

  take(count: number): Buffer {
    const at = this.#step(count);
    return this.bytes.subarray(at, at + count);
  }

  skip(count: number): this {
    this.#step(count);
    return this;
  }

  /** Text of `count` bytes, as far as its first zero. */
  text(count: number): string {
    const bytes = this.take(count);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  }

  expect(signature: string): this {
    if (this.take(signature.length).toString('latin1') !== signature) throw damaged();
    return this;
  }

  #step(count: number): number {
    if (!(count >= 0 && count <= this.left)) throw damaged();
    this.at += count;
    return this.at - count;
  }
}

export function damaged(): FormatError {
  return new FormatError('its HDF5 structure is damaged');
}
