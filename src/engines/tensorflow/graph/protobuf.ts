/**
 * Writes protocol-buffer messages (https://protobuf.dev/programming-guides/encoding/): only what a SavedModel needs, so
 * that no protobuf library has to be shipped.
 */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** An integer, enum or boolean field; negative numbers take ten bytes, as in the format. */
  integer(field: number, value: number | boolean): this {
    return this.#tag(field, 0).#append(varint(Number(value)));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, 5).#append(bytes);
  }

  bytes(field: number, value: Uint8Array | string): this {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return this.#tag(field, 2).#append(varint(bytes.length)).#append(bytes);
  }

  message(field: number, value: MessageWriter): this {
    this.#tag(field, 2).#append(varint(value.#length));
    for (const part of value.#parts) this.#append(part);
    return this;
  }

  packedIntegers(field: number, values: readonly number[]): this {
    const packed = new MessageWriter();
    for (const value of values) packed.#append(varint(value));
    return this.message(field, packed);
  }

  mapEntry(field: number, key: string, value: MessageWriter): this {
    return this.message(field, new MessageWriter().bytes(1, key).message(2, value));
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  #tag(field: number, wireType: number): this {
    return this.#append(varint((field << 3) | wireType));
  }

  #append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}

/** @param value a safe integer. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
