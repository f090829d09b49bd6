import { WeightFileError } from './weight-file.ts';

/** A class or function that a pickle names; it is never looked up. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export interface PickleReader {
  /** What calling the global `name` with `args` gives. @throws WeightFileError for one that is not known: nothing is ever run. */
  reduce(name: string, args: readonly unknown[]): unknown;
  /** What lies outside the pickle under `id`. @throws WeightFileError */
  persistent(id: unknown): unknown;
}

export interface Unpickled {
  value: unknown;
  /** Bytes read, STOP included. */
  length: number;
}

const MARK = Symbol('mark');

/**
 * Reads a pickle (protocols 2–5) without executing anything: dictionaries become Maps, and every call of a class or function is given to
 * `reader`. https://docs.python.org/3/library/pickletools.html
 * @throws WeightFileError for a damaged pickle, an opcode that weights don't need, or a global that `reader` refuses
 */
export function unpickle(bytes: Uint8Array, reader: PickleReader): Unpickled {
  return new Machine(bytes, reader).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #reader: PickleReader;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;

  constructor(bytes: Uint8Array, reader: PickleReader) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#reader = reader;
  }

  run(): Unpickled {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === 0x2e) return { value: this.#pop(), length: this.#at };
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    const stack = this.#stack;
    switch (opcode) {
      case 0x80: // PROTO
        this.#byte();
        return;
      case 0x95: // FRAME
        this.#take(8);
        return;
      case 0x28: // MARK
        stack.push(MARK);
        return;
      case 0x30: // POP
        this.#popAny();
        return;
      case 0x31: // POP_MARK
        this.#popMark();
        return;
      case 0x32: // DUP
        stack.push(this.#top());
        return;
      case 0x4e: // NONE
        stack.push(null);
        return;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        stack.push(opcode === 0x88);
        return;
      case 0x4a: // BININT
        stack.push(this.#view.getInt32(this.#skip(4), true));
        return;
      case 0x4b: // BININT1
        stack.push(this.#byte());
        return;
      case 0x4d: // BININT2
        stack.push(this.#view.getUint16(this.#skip(2), true));
        return;
      case 0x8a: // LONG1
        stack.push(this.#long(this.#byte()));
        return;
      case 0x8b: // LONG4
        stack.push(this.#long(this.#length4()));
        return;
      case 0x47: // BINFLOAT
        stack.push(this.#view.getFloat64(this.#skip(8)));
        return;
      case 0x58: // BINUNICODE
        stack.push(this.#text(this.#length4()));
        return;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.#text(this.#byte()));
        return;
      case 0x8d: // BINUNICODE8
        stack.push(this.#text(this.#length8()));
        return;
      case 0x54: // BINSTRING
        stack.push(this.#text(this.#length4()));
        return;
      case 0x55: // SHORT_BINSTRING
        stack.push(this.#text(this.#byte()));
        return;
      case 0x42: // BINBYTES
        stack.push(this.#take(this.#length4()));
        return;
      case 0x43: // SHORT_BINBYTES
        stack.push(this.#take(this.#byte()));
        return;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        return;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        return;
      case 0x8f: // EMPTY_SET
        stack.push(new Set());
        return;
      case 0x74: // TUPLE
      case 0x6c: // LIST
        stack.push(this.#popMark());
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(this.#popMany(opcode - 0x84));
        return;
      case 0x61: // APPEND
        this.#append([this.#pop()]);
        return;
      case 0x65: // APPENDS
        this.#append(this.#popMark());
        return;
      case 0x90: // ADDITEMS
        this.#addItems(this.#popMark());
        return;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        return;
      case 0x75: // SETITEMS
        this.#setItems(this.#popMark());
        return;
      case 0x71: // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        return;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#length4(), this.#top());
        return;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 0x68: // BINGET
        this.#get(this.#byte());
        return;
      case 0x6a: // LONG_BINGET
        this.#get(this.#length4());
        return;
      case 0x63: // GLOBAL
        stack.push(new Global(`${this.#line()}.${this.#line()}`));
        return;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw damaged();
        stack.push(new Global(`${module}.${name}`));
        return;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [callee, args] = this.#popMany(2);
        if (!(callee instanceof Global) || !Array.isArray(args)) throw damaged();
        stack.push(this.#reader.reduce(callee.name, args));
        return;
      }
      case 0x62: // BUILD: attributes of an object, e.g. an OrderedDict's `_metadata`
        this.#pop();
        return;
      case 0x51: // BINPERSID
        stack.push(this.#reader.persistent(this.#pop()));
        return;
      default:
        throw refused(opcode);
    }
  }

  #append(items: unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw damaged();
    for (const item of items) list.push(item);
  }

  #addItems(items: unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw damaged();
    for (const item of items) set.add(item);
  }

  #setItems(items: unknown[]): void {
    const map = this.#top();
    if (!(map instanceof Map) || items.length % 2 !== 0) throw damaged();
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  #get(key: number): void {
    if (!this.#memo.has(key)) throw damaged();
    this.#stack.push(this.#memo.get(key));
  }

  #top(): unknown {
    if (this.#stack.length === 0) throw damaged();
    const top = this.#stack.at(-1);
    if (top === MARK) throw damaged();
    return top;
  }

  #popAny(): unknown {
    if (this.#stack.length === 0) throw damaged();
    return this.#stack.pop();
  }

  #pop(): unknown {
    const value = this.#popAny();
    if (value === MARK) throw damaged();
    return value;
  }

  #popMany(count: number): unknown[] {
    if (this.#stack.length < count) throw damaged();
    const values = this.#stack.splice(this.#stack.length - count);
    if (values.includes(MARK)) throw damaged();
    return values;
  }

  #popMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged();
    const values = this.#stack.splice(mark);
    return values.slice(1);
  }

  #byte(): number {
    return this.#bytes[this.#skip(1)] as number;
  }

  #length4(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  #length8(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Moves on and returns where it was. */
  #skip(count: number): number {
    if (count > this.#bytes.byteLength - this.#at) throw new WeightFileError('it is cut off');
    const at = this.#at;
    this.#at += count;
    return at;
  }

  #take(count: number): Uint8Array {
    const at = this.#skip(count);
    return this.#bytes.subarray(at, at + count);
  }

  #text(count: number): string {
    return Buffer.from(this.#take(count)).toString('utf8');
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new WeightFileError('it is cut off');
    const line = this.#text(end - this.#at);
    this.#at = end + 1;
    return line;
  }

  /** A little-endian two's-complement whole number; those that no weight file needs exactly become doubles. */
  #long(length: number): number {
    if (length > 64) throw damaged();
    let value = 0n;
    const bytes = this.#take(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    const negative = length > 0 && ((bytes[length - 1] as number) & 0x80) !== 0;
    return Number(negative ? value - (1n << BigInt(8 * length)) : value);
  }
}

function damaged(): WeightFileError {
  return new WeightFileError('its pickle is damaged');
}

function refused(opcode: number): WeightFileError {
  return new WeightFileError(`its pickle has the opcode 0x${opcode.toString(16)}, which weights don't need`);
}
