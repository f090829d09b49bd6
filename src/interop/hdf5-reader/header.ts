import type { ByteSource } from '../byte-source.ts';
import { Cursor, damaged, type FieldSizes } from './cursor.ts';

/** One message of an object header. */
export interface HeaderMessage {
  type: number;
  body: Buffer;
  /** What is here is only where to find the message. */
  shared: boolean;
}

export const messageTypes = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** An object with more is damaged or meant to exhaust. */
const MOST_MESSAGES = 100_000;
const MOST_BLOCKS = 10_000;
const MOST_BLOCK_BYTES = 64 * 2 ** 20;
const SHARED = 2;

/** The messages of the object whose header lies at `address`, of either version. @throws FormatError */
export function readHeader(source: ByteSource, sizes: FieldSizes, address: number): HeaderMessage[] {
  const isNew = source.read(address, 4).toString('latin1') === 'OHDR';
  const reader = new HeaderReader(source, sizes);
  if (isNew) reader.startNew(address);
  else reader.startOld(address);
  return reader.finish();
}

class HeaderReader {
  readonly #source: ByteSource;
  readonly #sizes: FieldSizes;
  readonly #messages: HeaderMessage[] = [];
  readonly #continuations: { address: number; length: number }[] = [];
  #old = true;
  #creationOrder = false;

  constructor(source: ByteSource, sizes: FieldSizes) {
    this.#source = source;
    this.#sizes = sizes;
  }

  startOld(address: number): void {
    const prefix = this.#cursor(address, 16);
    if (prefix.unsigned(1) !== 1) throw damaged();
    const length = prefix.skip(7).unsigned(4);
    this.#block(address + 16, length);
  }

  startNew(address: number): void {
    this.#old = false;
    const prefix = this.#cursor(address, Math.min(64, this.#source.size - address));
    const flags = prefix.skip(5).unsigned(1);
    this.#creationOrder = (flags & 4) !== 0;
    if (flags & 32) prefix.skip(16);
    if (flags & 16) prefix.skip(4);
    const length = prefix.unsigned(1 << (flags & 3));
    this.#block(address + prefix.at, length);
  }

  finish(): HeaderMessage[] {
    for (let done = 0; done < this.#continuations.length; done++) {
      const { address, length } = this.#continuations[done] as { address: number; length: number };
      if (done > MOST_BLOCKS) throw damaged();
      if (this.#old) this.#block(address, length);
      else {
        this.#cursor(address, 4).expect('OCHK');
        // Four bytes of signature before, four of checksum behind.
        this.#block(address + 4, length - 8);
      }
    }
    return this.#messages;
  }

  #block(address: number, length: number): void {
    if (!(length >= 0 && length <= MOST_BLOCK_BYTES)) throw damaged();
    const cursor = this.#cursor(address, length);
    const head = this.#old ? 8 : this.#creationOrder ? 6 : 4;
    while (cursor.left >= head) {
      const type = cursor.unsigned(this.#old ? 2 : 1);
      const size = cursor.unsigned(2);
      const flags = cursor.unsigned(1);
      cursor.skip(this.#old ? 3 : this.#creationOrder ? 2 : 0);
      this.#add({ type, body: cursor.take(size), shared: (flags & SHARED) !== 0 });
    }
  }

  #add(message: HeaderMessage): void {
    if (this.#messages.length >= MOST_MESSAGES) throw damaged();
    this.#messages.push(message);
    if (message.type !== messageTypes.continuation) return;
    const cursor = new Cursor(message.body, this.#sizes);
    this.#continuations.push({ address: cursor.address(), length: cursor.length() });
  }

  #cursor(address: number, length: number): Cursor {
    return new Cursor(this.#source.read(address, length), this.#sizes);
  }
}
