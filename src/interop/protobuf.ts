/**
 * Writes protocol-buffer messages (https://protobuf.dev/programming-guides/encoding/): only what TensorFlow's, ONNX's and
 * TensorBoard's files need, so that no protobuf library has to be shipped.
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

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.#tag(field, 1).#append(bytes);
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

  /** The fields of another message, as fields of this one. */
  append(message: MessageWriter): this {
    for (const part of message.#parts) this.#append(part);
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

/** One field of a message as it was read; `value` of a varint is exact up to 2⁵³. */
export type Field =
  | { number: number; kind: 'integer'; value: number }
  | { number: number; kind: 'fixed32' | 'fixed64'; bytes: DataView }
  | { number: number; kind: 'bytes'; bytes: Uint8Array };

/**
 * The fields of a message in the order they were written; what they mean is the caller's to know.
 * @throws Error where the bytes are no message (cut off, or of a wire type that is no longer used)
 */
export function* readFields(message: Uint8Array): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const take = (length: number) => {
    if (at + length > message.length) throw new Error(`A field reaches ${at + length - message.length} bytes too far.`);
    at += length;
    return at - length;
  };
  const integer = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[take(1)] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
    throw new Error('A number has more than ten bytes.');
  };
  while (at < message.length) {
    const tag = integer();
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield { number, kind: 'integer', value: integer() };
    else if (wireType === 1)
      yield { number, kind: 'fixed64', bytes: new DataView(view.buffer, view.byteOffset + take(8), 8) };
    else if (wireType === 5)
      yield { number, kind: 'fixed32', bytes: new DataView(view.buffer, view.byteOffset + take(4), 4) };
    else if (wireType === 2) {
      const length = integer();
      if (length < 0) throw new Error(`A field has a length of ${length}.`);
      const from = take(length);
      yield { number, kind: 'bytes', bytes: message.subarray(from, from + length) };
    } else throw new Error(`There is no field of wire type ${wireType}.`);
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
