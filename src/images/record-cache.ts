import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { evict, liveMarker } from './cache-limit.ts';

export interface RecordCacheOptions {
  /** Holds a folder for each `key`. */
  folder: string;
  /** Folder of records that are equal for equal images: it changes with whatever they depend on. */
  key: string;
  /** Bytes of every record. */
  size: number;
  /** Of all records in `folder` together, whatever their key. */
  limitBytes: number;
  /** What the records are, for messages: `Decoded images`. */
  what: string;
}

const SEGMENT_BYTES = 256 * 2 ** 20;
/** A line of a segment's index: 16 bytes of content hash, CRC-32 of the record. */
const ENTRY_BYTES = 20;
const REFRESH_MS = 1000;

interface Segment {
  name: string;
  /** Of the pixels; undefined until the first read. */
  handle: number | undefined;
  /** Entries of the index known so far. */
  entries: number;
}

interface Place {
  segment: Segment;
  slot: number;
  crc: number;
}

/**
 * Something of a fixed size for every image, on disk: made once for the same key, whoever asks. One process writes a segment (a file of
 * records and, after them, a line in a file of hashes), all read every segment. So a crash loses at most what had no line yet, a torn
 * line is ignored, and a record whose checksum is wrong counts as missing. Safe to delete at any time. Full disk or limit: `problem`
 * says so, reading goes on, adding does nothing.
 *
 * All calls are synchronous: a read is one `pread` into the caller's buffer.
 */
export class RecordCache {
  /** Why nothing more is added, in one sentence; null while all is well. */
  problem: string | null = null;
  readonly #folder: string;
  readonly #root: string;
  readonly #limit: number;
  readonly #size: number;
  readonly #what: string;
  readonly #segments = new Map<string, Segment>();
  readonly #places = new Map<string, Place>();
  readonly #marker: string | null;
  #refreshed = 0;
  #own: { segment: Segment; pixels: number; index: number; bytes: number } | null = null;

  constructor({ folder, key, size, limitBytes, what }: RecordCacheOptions) {
    this.#root = folder;
    this.#folder = path.join(folder, key);
    this.#limit = limitBytes;
    this.#size = size;
    this.#what = what;
    try {
      fs.mkdirSync(this.#folder, { recursive: true });
    } catch (error) {
      this.problem = off(what, error);
    }
    this.#marker = this.problem ? null : liveMarker(this.#folder);
    this.#refresh();
  }

  /** @param hash 32 hex digits, `ImageRecord.hash`. */
  has(hash: string): boolean {
    if (this.#places.has(hash)) return true;
    this.#refresh();
    return this.#places.has(hash);
  }

  /**
   * Copies one image's record to `into` at `offset`.
   * @returns false when it is not there or damaged; `into` may then hold rubbish at that place.
   */
  read(hash: string, into: Uint8Array, offset: number): boolean {
    if (!this.has(hash)) return false;
    const { segment, slot, crc } = this.#places.get(hash) as Place;
    try {
      segment.handle ??= fs.openSync(path.join(this.#folder, `${segment.name}.pixels`), 'r');
      const read = fs.readSync(segment.handle, into, offset, this.#size, slot * this.#size);
      if (read === this.#size && crc32(into.subarray(offset, offset + this.#size)) === crc) return true;
    } catch {
      // Deleted or unreadable: as good as missing.
    }
    this.#places.delete(hash);
    return false;
  }

  /** Keeps one image's record. Does nothing when they are kept already or `problem` is set. */
  add(hash: string, pixels: Uint8Array): void {
    if (pixels.length !== this.#size) throw new RangeError(`${pixels.length} bytes instead of ${this.#size}`);
    if (this.problem || this.#places.has(hash)) return;
    try {
      const own = this.#ownSegment();
      if (!own) return;
      const crc = crc32(pixels);
      const { segment } = own;
      writeAll(own.pixels, pixels, segment.entries * this.#size);
      const entry = Buffer.alloc(ENTRY_BYTES);
      entry.write(hash, 'hex');
      entry.writeUInt32LE(crc, 16);
      writeAll(own.index, entry, segment.entries * ENTRY_BYTES);
      this.#places.set(hash, { segment, slot: segment.entries, crc });
      segment.entries++;
      own.bytes += this.#size + ENTRY_BYTES;
    } catch (error) {
      this.problem = off(this.#what, error);
    }
  }

  close(): void {
    this.#closeOwn();
    for (const { handle } of this.#segments.values()) if (handle !== undefined) fs.closeSync(handle);
    this.#segments.clear();
    this.#places.clear();
    if (this.#marker) fs.rmSync(this.#marker, { force: true });
  }

  /** Looks for what other processes added, at most once a second. */
  #refresh(): void {
    const now = performance.now();
    if (this.#refreshed && now - this.#refreshed < REFRESH_MS) return;
    this.#refreshed = now;
    for (const name of indexFiles(this.#folder)) {
      const segment = this.#segments.get(name) ?? { name, handle: undefined, entries: 0 };
      if (segment === this.#own?.segment) continue;
      if (!this.#segments.has(name)) touch(path.join(this.#folder, `${name}.pixels`));
      this.#segments.set(name, segment);
      this.#readIndex(segment);
    }
  }

  #readIndex(segment: Segment): void {
    const bytes = readFrom(path.join(this.#folder, `${segment.name}.index`), segment.entries * ENTRY_BYTES);
    const count = Math.floor(bytes.length / ENTRY_BYTES);
    for (let i = 0; i < count; i++) {
      const at = i * ENTRY_BYTES;
      const hash = bytes.toString('hex', at, at + 16);
      if (!this.#places.has(hash)) {
        this.#places.set(hash, { segment, slot: segment.entries + i, crc: bytes.readUInt32LE(at + 16) });
      }
    }
    segment.entries += count;
  }

  /** The segment that this process writes; a new one when there is none or it is full. Null when the limit is reached. */
  #ownSegment() {
    if (this.#own && this.#own.bytes + this.#size <= SEGMENT_BYTES) return this.#own;
    this.#closeOwn();
    const room = evict(this.#root, this.#folder, this.#limit);
    if (room < this.#size) {
      this.problem = `${this.#what} reached their limit of ${Math.round(this.#limit / 1e6)} MB; further ones are made each time.`;
      return null;
    }
    fs.mkdirSync(this.#folder, { recursive: true });
    const name = `${process.pid}-${randomBytes(6).toString('hex')}`;
    const segment: Segment = { name, handle: undefined, entries: 0 };
    const pixels = fs.openSync(path.join(this.#folder, `${name}.pixels`), 'wx+');
    const index = fs.openSync(path.join(this.#folder, `${name}.index`), 'wx');
    segment.handle = pixels;
    this.#segments.set(name, segment);
    this.#own = { segment, pixels, index, bytes: Math.max(0, SEGMENT_BYTES - room) };
    return this.#own;
  }

  #closeOwn(): void {
    if (this.#own) fs.closeSync(this.#own.index);
    this.#own = null;
  }
}

function indexFiles(folder: string): string[] {
  try {
    const names = fs.readdirSync(folder).filter((name) => name.endsWith('.index'));
    return names.map((name) => name.slice(0, -'.index'.length)).sort();
  } catch {
    return [];
  }
}

function readFrom(file: string, offset: number): Buffer {
  let handle: number | undefined;
  try {
    handle = fs.openSync(file, 'r');
    const length = Math.max(0, fs.fstatSync(handle).size - offset);
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, length ? fs.readSync(handle, buffer, 0, length, offset) : 0);
  } catch {
    return Buffer.alloc(0);
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

/** @throws as `write`: a short write goes on until the disk says why. */
function writeAll(handle: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(handle, bytes, done, bytes.length - done, position + done);
  }
}

/** Marks a segment as used now: the oldest are the first to go. */
function touch(file: string): void {
  try {
    const now = new Date();
    fs.utimesSync(file, now, now);
  } catch {
    // Gone, or not ours: then it goes earlier.
  }
}

function off(what: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message;
  return `${what} are no longer kept because ${reason}; they are made each time.`;
}
